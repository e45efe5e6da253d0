"""exai as the Python client of the Model Context Protocol has it: over standard input and output, and over HTTP, in each of
the client's modes.

python.py EXAI STATE_DIR ADDRESS DIRECTORY: DIRECTORY is the project, with `big.txt` of 600 kB in it; the environment holds
what exai needs to find its daemon.
"""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import PromptReference, ResourceTemplateReference

EXAI, STATE_DIR, ADDRESS, DIRECTORY = sys.argv[1:5]
TOKEN = Path(STATE_DIR, "token").read_text().strip()
MODES = ["legacy", "auto", "2026-07-28"]
# Longer than any test waits for it.
SLOW = "mock:slow?ttft=100s"
PATIENCE = 20


@asynccontextmanager
async def stdio(mode, **more):
    shim = StdioServerParameters(command=EXAI, args=["shim", "--root", DIRECTORY], env=dict(os.environ), cwd=DIRECTORY)
    async with Client(shim, mode=mode, **more) as client:
        yield client


@asynccontextmanager
async def http(mode, **more):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(PATIENCE, read=300)) as sender:
        # An answer of any size; the client's own limit is 1 MiB.
        transport = streamable_http_client(f"http://{ADDRESS}/mcp", http_client=sender, max_sse_event_size=None)
        async with Client(transport, mode=mode, **more) as client:
            yield client


def document(result):
    return json.loads(result.content[0].text)


async def until(what, look):
    """Looks again until `look` gives something."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    assert found, what
    return found


async def calls(client, **filters):
    return document(await client.call_tool("calls", {"action": "list", "tool": "chat", **filters}))["calls"]


async def lists(client):
    tools = (await client.list_tools()).tools
    names = [tool.name for tool in tools]
    assert names == sorted(names) and {"debug", "codereview", "calls"} <= set(names), names
    for tool in tools:
        assert tool.title and tool.description and tool.annotations, tool.name
    assert "GLM and Kimi" in (client.instructions or "GLM and Kimi"), client.instructions
    assert document(await client.call_tool("version"))["status"] == "success"


async def tells_progress(client):
    told = []

    async def hear(progress, total, message):
        told.append((progress, message))

    arguments = {"prompt": f"tell {client.mode}", "model": "mock:slow?ttft=300ms"}
    await client.call_tool("chat", arguments, progress_callback=hear)
    assert len(told) >= 2 and told == sorted(told) and all(message for _, message in told), told


async def ends_a_cancelled_call(client, says_so):
    """A client that says that it gave up ends the call; one that hangs up only lets go of it."""
    prompt = f"cancel {client.mode} {says_so} {os.getpid()} {id(client)}"
    asking = asyncio.create_task(client.call_tool("chat", {"prompt": prompt, "model": SLOW}))
    [call] = await until("a call that runs", lambda: calls(client, state="running"))
    asking.cancel()
    await asyncio.wait([asking])
    await ends(client, call["call_id"], says_so)


async def ends(client, call_id, by_itself):
    if not by_itself:
        running = await calls(client, state="running")
        assert [call["call_id"] for call in running] == [call_id], running
        await client.call_tool("calls", {"action": "cancel", "call_id": call_id})

    async def is_cancelled():
        return [call for call in await calls(client, state="cancelled") if call["call_id"] == call_id]

    await until("a call that was cancelled", is_cancelled)


async def survives_a_timeout(client, says_so):
    """A client that waits no longer. Where that ends the call its work is lost; where it only hangs up, `calls` has it."""
    prompt = f"time out {client.mode} {says_so} {os.getpid()} {id(client)}"
    model = SLOW if says_so else "mock:slow?ttft=3s"
    try:
        await client.call_tool("chat", {"prompt": prompt, "model": model}, read_timeout_seconds=1)
        raise AssertionError("there was an answer")
    except MCPError as error:
        assert "imed out" in error.error.message, error
    if says_so:
        [call] = [call for call in await calls(client, limit=1)]
        return await ends(client, call["call_id"], True)
    [call] = await calls(client, limit=1)
    answer = document(await client.call_tool("calls", {"action": "wait", "call_id": call["call_id"]}))
    assert prompt in json.dumps(answer), answer


async def shortens_a_long_answer(client):
    arguments = {"prompt": "repeat the file", "model": "mock:echo", "files": [str(Path(DIRECTORY, "big.txt"))]}
    result = await client.call_tool("chat", arguments)
    assert not result.is_error and len(result.content[0].text) < 41_000, result.content[0].text[:500]
    [link] = [block for block in result.content if block.type == "resource_link"]
    whole = (await client.read_resource(link.uri)).contents[0].text
    assert len(json.loads(whole)["text"]) > 600_000, len(whole)
    call_id, text, page = result.meta["exai/call_id"], "", 1
    while True:
        fetched = document(await client.call_tool("calls", {"action": "fetch", "call_id": call_id, "page": page}))
        text += fetched["content"]
        if fetched["status"] != "more_pages":
            break
        page += 1
    assert len(text) > 600_000, (page, len(text))


async def refuses(client):
    for arguments, words in [({}, "`prompt` is missing"), ({"prompt": 7}, "allowed: a string")]:
        result = await client.call_tool("chat", arguments)
        assert result.is_error and words in result.content[0].text, result
    for request in [client.call_tool("chatt", {}), client.get_prompt("chatt"), client.read_resource("exai://call/none")]:
        try:
            raise AssertionError(await request)
        except MCPError as error:
            assert error.error.code in (-32602, -32002), error


async def prompts_and_resources(client, knows_root):
    prompts = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
    assert prompts["debug"].arguments[0].required, prompts["debug"]
    said = await client.get_prompt("debug", {"text": "it panics", "files": "src/a.rs"})
    assert "it panics" in said.messages[0].content.text, said
    uris = [resource.uri for resource in (await client.list_resources()).resources]
    assert "exai://models" in uris, uris
    for uri in uris[:4]:
        contents = (await client.read_resource(uri)).contents[0]
        assert contents.mime_type == "application/json" and json.loads(contents.text), uri
    templates = [template.uri_template for template in (await client.list_resource_templates()).resource_templates]
    assert "exai://call/{id}" in templates, templates
    meant = await client.complete(PromptReference(name="debug"), {"name": "model", "value": "glm-5"})
    assert meant.completion.values and all(value.startswith("glm-5") for value in meant.completion.values), meant
    reference = ResourceTemplateReference(uri="exai://call/{id}")
    assert (await client.complete(reference, {"name": "id", "value": ""})).completion.values
    if knows_root:
        meant = await client.complete(PromptReference(name="debug"), {"name": "files", "value": "bi"})
        assert meant.completion.values == ["big.txt"], meant


async def hears_of_changes(client, heard):
    """The configuration takes a tool away, and gives it back; the older generation is told of it unasked."""
    settings = Path(os.environ["HOME"], ".config/exai/config.toml")
    for text, is_there in [('disabled_tools = ["planner"]\n', False), ("", True)]:
        heard.clear()
        if client.protocol_version < "2026-07-28":
            settings.write_text(text)
            await asyncio.wait_for(heard.wait(), PATIENCE)
        else:
            async with asyncio.timeout(PATIENCE), client.listen(tools_list_changed=True) as changes:
                settings.write_text(text)
                await anext(aiter(changes))
        names = [tool.name for tool in (await client.list_tools(cache_mode="bypass")).tools]
        assert ("planner" in names) == is_there, names


async def run(transport, open_client, mode):
    is_stdio, heard = transport == "stdio", asyncio.Event()

    async def hear(message):
        if type(message).__name__ == "ToolListChangedNotification":
            heard.set()

    # In the newer generation a client on HTTP hangs up without a word.
    says_so = is_stdio or mode == "legacy"
    async with open_client(mode, message_handler=hear) as client:
        await lists(client)
        await tells_progress(client)
        await refuses(client)
        await prompts_and_resources(client, knows_root=is_stdio)
        await shortens_a_long_answer(client)
        await ends_a_cancelled_call(client, says_so)
        await survives_a_timeout(client, says_so)
        await hears_of_changes(client, heard)
    print(f"python, {transport}, {mode}: as it should be")


async def main():
    for mode in MODES:
        await run("stdio", stdio, mode)
        await run("http", http, mode)


asyncio.run(main())
