# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_exai_global_optspecs
    string join \n env-file= set= color= q/quiet h/help V/version
end

function __fish_exai_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_exai_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_exai_using_subcommand
    set -l cmd (__fish_exai_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c exai -n "__fish_exai_needs_command" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_needs_command" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_needs_command" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_needs_command" -s V -l version -d 'Print version'
complete -c exai -n "__fish_exai_needs_command" -f -a "call" -d 'Call a tool'
complete -c exai -n "__fish_exai_needs_command" -f -a "calls" -d 'Look into the journal of calls'
complete -c exai -n "__fish_exai_needs_command" -f -a "threads" -d 'Look at conversations'
complete -c exai -n "__fish_exai_needs_command" -f -a "tools" -d 'List the tools, or show one'
complete -c exai -n "__fish_exai_needs_command" -f -a "models" -d 'List the models with window, price and features'
complete -c exai -n "__fish_exai_needs_command" -f -a "monitor" -d 'Show the state of the house'
complete -c exai -n "__fish_exai_needs_command" -f -a "shim" -d 'Serve an agent over standard input and output (MCP); starts the daemon when none runs'
complete -c exai -n "__fish_exai_needs_command" -f -a "daemon" -d 'Run the daemon in the foreground, or speak to the one that runs'
complete -c exai -n "__fish_exai_needs_command" -f -a "config" -d 'Show and check the configuration'
complete -c exai -n "__fish_exai_needs_command" -f -a "usage" -d 'Show what the requests took: tokens and money by model, tool or day'
complete -c exai -n "__fish_exai_needs_command" -f -a "setup" -d 'Tell a client of agents, such as Claude Code or Codex, how to come to exai'
complete -c exai -n "__fish_exai_needs_command" -f -a "doctor" -d 'Look whether all that a call needs is as it should be, and say what to do'
complete -c exai -n "__fish_exai_needs_command" -f -a "schema" -d 'Print a JSON Schema'
complete -c exai -n "__fish_exai_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c exai -n "__fish_exai_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "activity" -d 'Shows the latest steps of your calls (accepted, queued, sent, retried, finished), or one line a call. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "analyze" -d 'Analyses code: architecture, performance, security, quality. Give your findings and the files (without any: those changed in git); a model reads both and answers with what holds, what does not, and what to do first.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "calls" -d 'Your calls: list them, wait for one, fetch a long answer page by page, cancel one. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "challenge" -d 'Wraps a statement so that you judge it critically instead of agreeing by reflex. Use it when somebody doubts or contradicts you. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "chat" -d 'Asks a model and returns its answer. Use it for a second opinion, a question about files you name, or to go on with an earlier conversation.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "codereview" -d 'Reviews code for bugs, security, performance and maintainability. Give your findings and the files, or compare_to for the changes of a branch; a model answers with findings by severity, each with the exact text.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "consensus" -d 'Puts one question to several models, each for, against or neutral, and none sees the others\' answers. Each is told the first step and shown the files, nothing else. One step asks one model, parallel all at once; then weigh what they said.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "debug" -d 'Finds the root cause of a defect. Give your findings and the files that matter; a model reads both and answers with hypotheses, evidence and the smallest fix.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "docgen" -d 'Guides you in documenting code: step 1 finds and counts what is undocumented, then one file a step; it is not complete before every file is done. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "glm_embed" -d 'Turns texts into vectors with GLM\'s embedding-3, or with the model of an embeddings endpoint of your own. One vector a text, in their order.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "glm_payload_preview" -d 'Shows the exact body that a question to a GLM model would be sent with. Sends nothing.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "glm_upload_file" -d 'Uploads one file to GLM and returns its id. The same content is uploaded once.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "glm_web_search" -d 'Searches the web by GLM\'s search service and returns the hits. Asks no model; each search costs a fee.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "health" -d 'Says whether the house is healthy: verdict, providers and their models, permits, figures of the last 15 minutes, your latest calls. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "kimi_chat_with_files" -d 'Asks Kimi about files that kimi_upload_files has uploaded, by their ids. A file that is gone there is uploaded again.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "kimi_chat_with_tools" -d 'Asks Kimi with functions of your own. When it wants one, the status is tool_call_pending: run it, append the returned message and a tool message with its result, and call again.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "kimi_intent_analysis" -d 'Lets Kimi judge what a request needs: the web or not, how complex it is, which provider and model suit it. Use it to route requests.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "kimi_manage_files" -d 'Lists or deletes files that Kimi keeps: one, all, those nobody here knows of (orphaned), or those unused for long (expired). dry_run says what would go.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "kimi_upload_files" -d 'Uploads files to Kimi and returns their ids for kimi_chat_with_files. The same content is uploaded once; source code of a kind that Kimi does not read is sent as text.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "listmodels" -d 'Lists the models of all providers with window, price and features, and says which providers are configured. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "planner" -d 'Builds a plan step by step. Steps may revise earlier ones or branch into alternatives; large plans pause for deep thinking first. Keeps the plan and puts it together at the end. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "precommit" -d 'Checks changes before they are committed: bugs, leftovers, missing tests, unintended changes. It collects them from git by itself; add findings or files if you have some. A model answers with findings by severity, each with the exact text.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "provider_capabilities" -d 'Says which providers are configured and where, and on request what each model can do. Never shows a key. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "refactor" -d 'Finds what to improve in the shape of code: smells, parts to split, old idioms, misplaced code. Give your findings and the files; a model answers with opportunities and the order to take them in.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "secaudit" -d 'Audits the security of code and configuration. Give your findings and the files; a model reads both and answers with vulnerabilities by severity, each with the exact text, and how to mend them.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "self-check" -d 'Checks version, providers, tools, store and health, and shows the latest steps of your calls, as Markdown. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "status" -d 'Says in short what works: providers, models, tools, your last errors and what to do next. With doctor it checks more; with probe it asks a model one word, which costs a few tokens.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "testgen" -d 'Writes tests for code. Give what you found out about it (ways through it, edges, how failures show) and the files, an existing test among them; a model answers with tests in the same framework.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "thinkdeep" -d 'Thinks a hard problem through: a design, a decision, a plan. Give your reasoning so far, and files if they matter; a model questions it and answers with what holds, what does not, and alternatives.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "tracer" -d 'Traces code: `precision` follows execution through a function, `dependencies` maps what uses it and what it uses. Finds definition, callers and callees by itself, guides the rest of the search and keeps what you find. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "version" -d 'Says which version of exai runs, on which platform, and which providers are configured. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and not __fish_seen_subcommand_from activity analyze calls challenge chat codereview consensus debug docgen glm_embed glm_payload_preview glm_upload_file glm_web_search health kimi_chat_with_files kimi_chat_with_tools kimi_intent_analysis kimi_manage_files kimi_upload_files listmodels planner precommit provider_capabilities refactor secaudit self-check status testgen thinkdeep tracer version help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l lines -d 'How many lines, the latest.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l filter -d 'Only lines that this regular expression matches.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l source -d 'activity: each step of each call. server: one line a call. auto is activity.' -r -f -a "auto\t''
activity\t''
server\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l since -d 'Not before then: a time, or how long ago (15m, 2h).' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l until -d 'Not after then: a time, or how long ago.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l structured -d 'One JSON object a line.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from activity" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l analysis-type -d 'What to look at.' -r -f -a "architecture\t''
performance\t''
security\t''
quality\t''
general\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l output-format -d 'How much to say.' -r -f -a "summary\t''
detailed\t''
actionable\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from analyze" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l action -d 'What to do; without it, list, or fetch when a call is named.' -r -f -a "list\t''
wait\t''
fetch\t''
cancel\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l call-id -d 'The call, or the beginning of its id.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l page -d 'Which page of the answer.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l state -d 'List only calls in this state.' -r -f -a "running\t''
succeeded\t''
failed\t''
cancelled\t''
timed_out\t''
interrupted\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l tool -d 'List only calls of this tool.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l limit -d 'How many are listed.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from calls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l prompt -d 'The statement to look at again, word for word.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from challenge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l prompt -d 'The question or task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l files -d 'Files and directories the question is about.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from chat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l review-type -d 'Kind of review.' -r -f -a "full\t''
security\t''
performance\t''
quick\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l compare-to -d 'Review what HEAD changed since it left this branch, tag or commit; only in the named files, if some are.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l focus-on -d 'What to look at above all.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l standards -d 'Rules the code has to follow.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l severity-filter -d 'Least severity to tell.' -r -f -a "critical\t''
high\t''
medium\t''
low\t''
all\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l review-validation-type -d '`internal`: no model is asked.' -r -f -a "external\t''
internal\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l hypothesis -d 'Current theory.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from codereview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l models -d 'Models to ask, in this order; the same one may take several sides. Needed in step 1. Each is MODEL or MODEL:STANCE, where STANCE is one of for, against, neutral' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l parallel -d 'Ask all models in this one call. Implied by --models; false asks one a step' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from consensus" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l hypothesis -d 'Current theory.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from debug" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l document-complexity -d 'Say what functions cost.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l document-flow -d 'Say who calls what.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l update-existing -d 'Mend existing comments too.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l comments-on-complex-logic -d 'Comment inside difficult code.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l num-files-documented -d 'Files done so far.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l total-files-to-document -d 'Files in all, as step 1 counted.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from docgen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l texts -d 'The texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l model -d 'The model, if not the configured one.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l dimensions -d 'How long the vectors are; embedding-3 takes 256, 512, 1024 or 2048.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_embed" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l prompt -d 'The question.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l model -d 'The GLM model.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l temperature -d 'Sampling temperature.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l system-prompt -d 'What the model is told it is.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l web-search -d 'Let it search the web.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l tools -d 'Functions that it may ask for, in GLM\'s shape.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l tool-choice -d 'How it chooses among them: auto.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_payload_preview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l file -d 'The file to upload.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l purpose -d 'What it is for.' -r -f -a "agent\t''
retrieval\t''
batch\t''
fine-tune\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_upload_file" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l search-query -d 'What to search for.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l count -d 'How many hits, 1 to 50.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l search-engine -d 'The engine; left out, the one of the site that is configured.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l search-domain-filter -d 'Only hits of this domain.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l search-recency-filter -d 'How old hits may be.' -r -f -a "oneDay\t''
oneWeek\t''
oneMonth\t''
oneYear\t''
all\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l request-id -d 'A name of your own for the request; must be new each time.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l user-id -d 'The end user that it is for.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from glm_web_search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l tail-lines -d 'How many of your latest calls are listed.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from health" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l prompt -d 'The question or task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l file-ids -d 'Ids of the files, as the upload returned them.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_files" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l messages -d 'The conversation: texts of the user, or objects with role and content, in the providers\' shape.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l model -d 'A Kimi model.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l tools -d 'Functions in the providers\' shape; the text `$web_search` is Kimi\'s own search.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l tool-choice -d 'auto, none or required.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l temperature -d 'Sampling temperature; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l stream -d 'Has no effect: answers always stream where the caller can hear them.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l web-search -d 'Let Kimi search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_chat_with_tools" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l prompt -d 'The request to judge.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l context -d 'What is known around it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l web-search -d 'Whether a search of the web would be possible.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_intent_analysis" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l operation -d 'What to do.' -r -f -a "list\t''
delete\t''
cleanup_all\t''
cleanup_orphaned\t''
cleanup_expired\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l file-id -d 'The file, for delete.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l limit -d 'How many files are listed, or deleted at once.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_manage_files" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l files -d 'Files and directories to upload.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l purpose -d 'file-extract: their text is read. assistants means the same.' -r -f -a "file-extract\t''
assistants\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from kimi_upload_files" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from listmodels" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l is-step-revision -d 'This step takes the place of an earlier one.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l revises-step-number -d 'The step that is revised.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l is-branch-point -d 'This step begins an alternative.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l branch-from-step -d 'The step after which it branches.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l branch-id -d 'The branch; also for the steps that follow in it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l more-steps-needed -d 'More steps than expected are needed.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from planner" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l path -d 'The repository; the current one if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l compare-to -d 'Compare HEAD with this branch or commit, or A...B.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l include-staged -d 'Staged changes.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l include-unstaged -d 'Unstaged changes.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l focus-on -d 'What to look at above all.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l severity-filter -d 'Least severity to tell.' -r -f -a "critical\t''
high\t''
medium\t''
low\t''
all\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l precommit-type -d '`internal`: no model is asked.' -r -f -a "external\t''
internal\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l hypothesis -d 'Current theory.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l staged -d 'Staged changes only; what it looks at when it is told nothing else'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from precommit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l include-tools -d 'Name the tools.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l show-advanced -d 'Say of each model what it can do.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l invalidate-cache -d 'Has no effect: nothing is cached here.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from provider_capabilities" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l refactor-type -d 'What to look for.' -r -f -a "codesmells\t''
decompose\t''
modernize\t''
organization\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l focus-areas -d 'Concerns such as readability or performance.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l style-guide-examples -d 'Files whose style is the model.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l hypothesis -d 'Current theory.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from refactor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l security-scope -d 'What it is and where it runs: web app, API, library.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l threat-level -d 'How much is at stake.' -r -f -a "low\t''
medium\t''
high\t''
critical\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l compliance-requirements -d 'Such as SOC2, PCI DSS, GDPR.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l audit-focus -d 'What to audit above all.' -r -f -a "owasp\t''
compliance\t''
infrastructure\t''
dependencies\t''
comprehensive\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l severity-filter -d 'Least severity to tell.' -r -f -a "critical\t''
high\t''
medium\t''
low\t''
all\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l hypothesis -d 'Current theory.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from secaudit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l log-lines -d 'How many of the latest steps of your calls are shown.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from self-check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l tail-lines -d 'How many of your last errors are looked at, 3 at the most.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l include-tools -d 'Name the tools.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l doctor -d 'Check store, providers and models one by one.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l probe -d 'With doctor: ask a model for one word.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l hypothesis -d 'Current theory.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from testgen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l problem-context -d 'What must be known to judge: goals, limits, history.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l focus-areas -d 'Such as architecture, performance, cost.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l images -d 'Images to show the model: paths or data: URLs of .jpg, .png, .gif or .webp.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l issues-found -d 'Issues found, each with severity (critical, high, medium, low) and description.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l hypothesis -d 'Current theory.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l use-assistant-model -d 'Whether the last step asks the expert; true if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l expert -d 'Demand a model\'s answer: an error instead of the local half, also when the matter is settled.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l model -d 'Model to ask, such as glm-5.3 or kimi-k3.1-pro; auto or nothing leaves the choice to exai.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l temperature -d 'Sampling temperature, 0 to 1; sent only where the model takes it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l thinking -d 'How much the model shall think.' -r -f -a "minimal\t''
low\t''
medium\t''
high\t''
max\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l web-search -d 'Let the model search the web: costs extra, and sends queries out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from thinkdeep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l trace-mode -d '`ask`: let the user choose.' -r -f -a "precision\t''
dependencies\t''
ask\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l target-description -d 'What to trace, and why: a function, type or module.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l findings -d 'What was found so far in this step: observations, evidence, error texts.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l step -d 'What this step is about; the first line of the findings if left out. In step 1: the task.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l step-number -d 'Number of this step; the one after the last if left out.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l total-steps -d 'Steps expected in all; raised when a step goes beyond it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l next-step-required -d 'Whether another step will follow. The last step is the one that asks the expert.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l files-checked -d 'Files that were looked at.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l relevant-files -d 'Files and directories that matter; the expert is shown them in full, with line numbers.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l relevant-context -d 'Functions, methods or classes that matter.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l confidence -d 'How sure you are. `certain` ends without asking the expert.' -r -f -a "exploring\t''
low\t''
medium\t''
high\t''
very_high\t''
almost_certain\t''
certain\t''"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l backtrack-from-step -d 'Number of the step to go back to: it and the later ones are dropped.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l continue -d 'Conversation to continue, as a former result named it.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l allow-missing -d 'Go on when a named file does not exist.' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l stdin -d 'Read the main text from standard input'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from tracer" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l timeout -d 'Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l json-args -d 'Read all arguments from a JSON object; flags win over it' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l fresh -d 'Ask again even if an equal question was answered lately or is being answered'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l dry-run -d 'Show which files, bytes and tokens would be sent, to which model and why; send nothing'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -l detach -d 'Leave the call to the daemon: print its id as soon as no more files are needed'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from version" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "activity" -d 'Shows the latest steps of your calls (accepted, queued, sent, retried, finished), or one line a call. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "analyze" -d 'Analyses code: architecture, performance, security, quality. Give your findings and the files (without any: those changed in git); a model reads both and answers with what holds, what does not, and what to do first.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "calls" -d 'Your calls: list them, wait for one, fetch a long answer page by page, cancel one. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "challenge" -d 'Wraps a statement so that you judge it critically instead of agreeing by reflex. Use it when somebody doubts or contradicts you. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "chat" -d 'Asks a model and returns its answer. Use it for a second opinion, a question about files you name, or to go on with an earlier conversation.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "codereview" -d 'Reviews code for bugs, security, performance and maintainability. Give your findings and the files, or compare_to for the changes of a branch; a model answers with findings by severity, each with the exact text.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "consensus" -d 'Puts one question to several models, each for, against or neutral, and none sees the others\' answers. Each is told the first step and shown the files, nothing else. One step asks one model, parallel all at once; then weigh what they said.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "debug" -d 'Finds the root cause of a defect. Give your findings and the files that matter; a model reads both and answers with hypotheses, evidence and the smallest fix.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "docgen" -d 'Guides you in documenting code: step 1 finds and counts what is undocumented, then one file a step; it is not complete before every file is done. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "glm_embed" -d 'Turns texts into vectors with GLM\'s embedding-3, or with the model of an embeddings endpoint of your own. One vector a text, in their order.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "glm_payload_preview" -d 'Shows the exact body that a question to a GLM model would be sent with. Sends nothing.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "glm_upload_file" -d 'Uploads one file to GLM and returns its id. The same content is uploaded once.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "glm_web_search" -d 'Searches the web by GLM\'s search service and returns the hits. Asks no model; each search costs a fee.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "health" -d 'Says whether the house is healthy: verdict, providers and their models, permits, figures of the last 15 minutes, your latest calls. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "kimi_chat_with_files" -d 'Asks Kimi about files that kimi_upload_files has uploaded, by their ids. A file that is gone there is uploaded again.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "kimi_chat_with_tools" -d 'Asks Kimi with functions of your own. When it wants one, the status is tool_call_pending: run it, append the returned message and a tool message with its result, and call again.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "kimi_intent_analysis" -d 'Lets Kimi judge what a request needs: the web or not, how complex it is, which provider and model suit it. Use it to route requests.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "kimi_manage_files" -d 'Lists or deletes files that Kimi keeps: one, all, those nobody here knows of (orphaned), or those unused for long (expired). dry_run says what would go.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "kimi_upload_files" -d 'Uploads files to Kimi and returns their ids for kimi_chat_with_files. The same content is uploaded once; source code of a kind that Kimi does not read is sent as text.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "listmodels" -d 'Lists the models of all providers with window, price and features, and says which providers are configured. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "planner" -d 'Builds a plan step by step. Steps may revise earlier ones or branch into alternatives; large plans pause for deep thinking first. Keeps the plan and puts it together at the end. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "precommit" -d 'Checks changes before they are committed: bugs, leftovers, missing tests, unintended changes. It collects them from git by itself; add findings or files if you have some. A model answers with findings by severity, each with the exact text.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "provider_capabilities" -d 'Says which providers are configured and where, and on request what each model can do. Never shows a key. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "refactor" -d 'Finds what to improve in the shape of code: smells, parts to split, old idioms, misplaced code. Give your findings and the files; a model answers with opportunities and the order to take them in.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "secaudit" -d 'Audits the security of code and configuration. Give your findings and the files; a model reads both and answers with vulnerabilities by severity, each with the exact text, and how to mend them.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "self-check" -d 'Checks version, providers, tools, store and health, and shows the latest steps of your calls, as Markdown. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "status" -d 'Says in short what works: providers, models, tools, your last errors and what to do next. With doctor it checks more; with probe it asks a model one word, which costs a few tokens.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "testgen" -d 'Writes tests for code. Give what you found out about it (ways through it, edges, how failures show) and the files, an existing test among them; a model answers with tests in the same framework.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "thinkdeep" -d 'Thinks a hard problem through: a design, a decision, a plan. Give your reasoning so far, and files if they matter; a model questions it and answers with what holds, what does not, and alternatives.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "tracer" -d 'Traces code: `precision` follows execution through a function, `dependencies` maps what uses it and what it uses. Finds definition, callers and callees by itself, guides the rest of the search and keeps what you find. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "version" -d 'Says which version of exai runs, on which platform, and which providers are configured. Asks no model.'
complete -c exai -n "__fish_exai_using_subcommand call; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -f -a "list" -d 'The latest calls, newest first'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -f -a "show" -d 'One call: its result, its steps, its requests'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -f -a "wait" -d 'Wait for a call, whoever runs it, and print its result; exits as the call did'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -f -a "cancel" -d 'End a running call, whichever process runs it'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -f -a "events" -d 'The steps of a call'
complete -c exai -n "__fish_exai_using_subcommand calls; and not __fish_seen_subcommand_from list show wait cancel events help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l state -d 'Only calls in this state' -r -f -a "running\t''
succeeded\t''
failed\t''
cancelled\t''
timed_out\t''
interrupted\t''"
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l tool -d 'Only calls of this tool' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -l json -d 'Print the envelope as `exai call --output json` did'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -s o -l output -d 'How the result is printed' -r -f -a "text\t'The answer, as it arrives'
markdown\t'The answer with a heading that says where it comes from'
json\t'The envelope (`exai schema result`)'
jsonl\t'One event a line, the envelope last'"
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -l timeout -d 'Stop waiting after this time; the call goes on' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from wait" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from cancel" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from cancel" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from cancel" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from cancel" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from cancel" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -s f -l follow -d 'Go on until the call is over'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -l json -d 'Print one JSON object a line'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from events" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from help" -f -a "list" -d 'The latest calls, newest first'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from help" -f -a "show" -d 'One call: its result, its steps, its requests'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from help" -f -a "wait" -d 'Wait for a call, whoever runs it, and print its result; exits as the call did'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'End a running call, whichever process runs it'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from help" -f -a "events" -d 'The steps of a call'
complete -c exai -n "__fish_exai_using_subcommand calls; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -f -a "list" -d 'The last used conversations'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -f -a "show" -d 'One conversation with its turns'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -f -a "export" -d 'Print a whole conversation as a document of its own'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -f -a "purge" -d 'Delete conversations for good'
complete -c exai -n "__fish_exai_using_subcommand threads; and not __fish_seen_subcommand_from list show export purge help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -s o -l output -d 'The form of the document' -r -f -a "markdown\t'For people'
json\t'For programs'"
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -l idle -d 'Those that nobody has used for this long, such as 30d' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -l all -d 'All conversations'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from purge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from help" -f -a "list" -d 'The last used conversations'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from help" -f -a "show" -d 'One conversation with its turns'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from help" -f -a "export" -d 'Print a whole conversation as a document of its own'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from help" -f -a "purge" -d 'Delete conversations for good'
complete -c exai -n "__fish_exai_using_subcommand threads; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand tools" -l profile -d 'List what agents with this profile are shown; else all tools, whatever agents are shown' -r -f -a "full\t''
core\t''
router\t''"
complete -c exai -n "__fish_exai_using_subcommand tools" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand tools" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand tools" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand tools" -l cost -d 'Show what each tool and each profile costs an agent\'s model with every request, in tokens'
complete -c exai -n "__fish_exai_using_subcommand tools" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand tools" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand tools" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand models" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand models" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand models" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand models" -l all -d 'Show retired models too'
complete -c exai -n "__fish_exai_using_subcommand models" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand models" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand models" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand monitor" -l theme -d 'Colours' -r -f -a "auto\t''
dark\t''
light\t''
mono\t''
high-contrast\t''"
complete -c exai -n "__fish_exai_using_subcommand monitor" -l record -d 'Write all that is told into a new file, to be replayed' -r -F
complete -c exai -n "__fish_exai_using_subcommand monitor" -l replay -d 'Show a recording in place of a daemon' -r -F
complete -c exai -n "__fish_exai_using_subcommand monitor" -l speed -d 'Play the recording so many times faster' -r
complete -c exai -n "__fish_exai_using_subcommand monitor" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand monitor" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand monitor" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand monitor" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand monitor" -l once -d 'Print one picture and leave; exits 0 for OK and SLOW, 1 for DEGRADED, 7 for DOWN'
complete -c exai -n "__fish_exai_using_subcommand monitor" -l json -d 'Print JSON: a line an event, or with --once one snapshot'
complete -c exai -n "__fish_exai_using_subcommand monitor" -l web -d 'Open the dashboard in a browser, logged in; without a browser, print the address that lets in once'
complete -c exai -n "__fish_exai_using_subcommand monitor" -l read-only -d 'Change nothing: no call is cancelled, no session closed, no limit or breaker touched'
complete -c exai -n "__fish_exai_using_subcommand monitor" -l show-content -d 'Allow the detail of a call to show what its model writes'
complete -c exai -n "__fish_exai_using_subcommand monitor" -l ascii -d 'Use no letters beyond ASCII'
complete -c exai -n "__fish_exai_using_subcommand monitor" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand monitor" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand monitor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand shim" -l root -d 'The directory whose files the tools may read; the project around the current directory if left out' -r -F
complete -c exai -n "__fish_exai_using_subcommand shim" -l daemon -d 'Use the daemon at this address; none is started then' -r
complete -c exai -n "__fish_exai_using_subcommand shim" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand shim" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand shim" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand shim" -l no-autostart -d 'Start no daemon when none runs'
complete -c exai -n "__fish_exai_using_subcommand shim" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand shim" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -l autostarted -d 'Started by a client: open the main port alone, and end when nobody needs it any more'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -l detach -d 'Start it as nobody\'s child, and leave'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -f -a "status" -d 'Say whether the daemon runs and how it is; exits 7 when none answers'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -f -a "stop" -d 'End the daemon when the calls that run have finished, and wait for that'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -f -a "reload" -d 'Have the daemon read its configuration again'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -f -a "rotate-token" -d 'Put a new token in the place of the one that clients must know'
complete -c exai -n "__fish_exai_using_subcommand daemon; and not __fish_seen_subcommand_from status stop reload rotate-token help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from status" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from status" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from status" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from status" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from reload" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from reload" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from reload" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from reload" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from reload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from rotate-token" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from rotate-token" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from rotate-token" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from rotate-token" -l show -d 'Print the new token'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from rotate-token" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from rotate-token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from help" -f -a "status" -d 'Say whether the daemon runs and how it is; exits 7 when none answers'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from help" -f -a "stop" -d 'End the daemon when the calls that run have finished, and wait for that'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from help" -f -a "reload" -d 'Have the daemon read its configuration again'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from help" -f -a "rotate-token" -d 'Put a new token in the place of the one that clients must know'
complete -c exai -n "__fish_exai_using_subcommand daemon; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -f -a "show" -d 'Every key with its value and where that came from; keys are masked'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -f -a "check" -d 'Says whether the configuration can be used'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -f -a "path" -d 'The files and directories in use'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -f -a "sample" -d 'A commented config.toml with every key'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -f -a "table" -d 'Every key as a Markdown table'
complete -c exai -n "__fish_exai_using_subcommand config; and not __fish_seen_subcommand_from show check path sample table help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from show" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from show" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from check" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from check" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from path" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from path" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from sample" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from sample" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from sample" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from sample" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from sample" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from table" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from table" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from table" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from table" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from table" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Every key with its value and where that came from; keys are masked'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Says whether the configuration can be used'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'The files and directories in use'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "sample" -d 'A commented config.toml with every key'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "table" -d 'Every key as a Markdown table'
complete -c exai -n "__fish_exai_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand usage" -l by -d 'Sum up by this' -r -f -a "model\t'Each model'
tool\t'Each tool'
day\t'Each day, in UTC'"
complete -c exai -n "__fish_exai_using_subcommand usage" -l since -d 'Only requests of this last while, such as 7d' -r
complete -c exai -n "__fish_exai_using_subcommand usage" -l daemon -d 'Use the daemon at this address, and nothing else; the one of the state directory if left out, if there is one' -r
complete -c exai -n "__fish_exai_using_subcommand usage" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand usage" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand usage" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand usage" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand usage" -l no-daemon -d 'Use no daemon, even if one answers'
complete -c exai -n "__fish_exai_using_subcommand usage" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand usage" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand setup" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand setup" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand setup" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand setup" -l write -d 'Write the entry into the client\'s file; it is only printed if left out'
complete -c exai -n "__fish_exai_using_subcommand setup" -l project -d 'Use the file of this project, which its people share, in place of your own'
complete -c exai -n "__fish_exai_using_subcommand setup" -l http -d 'Have the client speak HTTP with the daemon; it starts `exai shim` if left out'
complete -c exai -n "__fish_exai_using_subcommand setup" -l force -d 'Replace another entry of the same name'
complete -c exai -n "__fish_exai_using_subcommand setup" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand setup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand doctor" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand doctor" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand doctor" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand doctor" -l offline -d 'Ask no endpoint'
complete -c exai -n "__fish_exai_using_subcommand doctor" -l json -d 'Print JSON'
complete -c exai -n "__fish_exai_using_subcommand doctor" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand schema" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand schema" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand schema" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand schema" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand completions" -l env-file -d 'Read settings from this file of NAME=VALUE lines, before the user\'s own files' -r -F
complete -c exai -n "__fish_exai_using_subcommand completions" -l set -d 'Set one key of the configuration for this run' -r
complete -c exai -n "__fish_exai_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c exai -n "__fish_exai_using_subcommand completions" -s q -l quiet -d 'No progress, notes or warnings on standard error; errors are still told'
complete -c exai -n "__fish_exai_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "call" -d 'Call a tool'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "calls" -d 'Look into the journal of calls'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "threads" -d 'Look at conversations'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "tools" -d 'List the tools, or show one'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "models" -d 'List the models with window, price and features'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "monitor" -d 'Show the state of the house'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "shim" -d 'Serve an agent over standard input and output (MCP); starts the daemon when none runs'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "daemon" -d 'Run the daemon in the foreground, or speak to the one that runs'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "config" -d 'Show and check the configuration'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "usage" -d 'Show what the requests took: tokens and money by model, tool or day'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "setup" -d 'Tell a client of agents, such as Claude Code or Codex, how to come to exai'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "doctor" -d 'Look whether all that a call needs is as it should be, and say what to do'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "schema" -d 'Print a JSON Schema'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c exai -n "__fish_exai_using_subcommand help; and not __fish_seen_subcommand_from call calls threads tools models monitor shim daemon config usage setup doctor schema completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from calls" -f -a "list" -d 'The latest calls, newest first'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from calls" -f -a "show" -d 'One call: its result, its steps, its requests'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from calls" -f -a "wait" -d 'Wait for a call, whoever runs it, and print its result; exits as the call did'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from calls" -f -a "cancel" -d 'End a running call, whichever process runs it'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from calls" -f -a "events" -d 'The steps of a call'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from threads" -f -a "list" -d 'The last used conversations'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from threads" -f -a "show" -d 'One conversation with its turns'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from threads" -f -a "export" -d 'Print a whole conversation as a document of its own'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from threads" -f -a "purge" -d 'Delete conversations for good'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from daemon" -f -a "status" -d 'Say whether the daemon runs and how it is; exits 7 when none answers'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from daemon" -f -a "stop" -d 'End the daemon when the calls that run have finished, and wait for that'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from daemon" -f -a "reload" -d 'Have the daemon read its configuration again'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from daemon" -f -a "rotate-token" -d 'Put a new token in the place of the one that clients must know'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Every key with its value and where that came from; keys are masked'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Says whether the configuration can be used'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'The files and directories in use'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "sample" -d 'A commented config.toml with every key'
complete -c exai -n "__fish_exai_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "table" -d 'Every key as a Markdown table'
