-- A store as the first schema made it, with one call in it.
PRAGMA journal_mode = WAL;
CREATE TABLE calls (
   id TEXT PRIMARY KEY, owner TEXT NOT NULL, session TEXT NOT NULL, instance TEXT NOT NULL,
   tool TEXT NOT NULL, arguments TEXT NOT NULL, thread_id TEXT, state TEXT NOT NULL,
   created_at INTEGER NOT NULL, deadline_at INTEGER NOT NULL, finished_at INTEGER, result TEXT,
   cancel_requested INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_by_age ON calls (owner, created_at);
CREATE INDEX calls_running ON calls (instance) WHERE state = 'running';
CREATE TABLE call_events (
   call_id TEXT NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
   PRIMARY KEY (call_id, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (
   call_id TEXT NOT NULL, n INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
   request_key TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, outcome TEXT, message TEXT,
   input_tokens INTEGER, output_tokens INTEGER, reasoning_tokens INTEGER, cached_tokens INTEGER,
   usage_source TEXT NOT NULL DEFAULT '"unknown"', cost_nanodollars INTEGER, priced_on TEXT, extra TEXT,
   PRIMARY KEY (call_id, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE answers (
   key TEXT PRIMARY KEY, owner TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
   created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_expiry ON answers (expires_at);
CREATE TABLE conversations (
   id TEXT PRIMARY KEY, owner TEXT NOT NULL, tool TEXT NOT NULL, root TEXT, title TEXT NOT NULL,
   created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_by_age ON conversations (owner, updated_at);
CREATE TABLE conversation_messages (
   conversation_id TEXT NOT NULL, turn INTEGER NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL,
   files TEXT NOT NULL, tool TEXT NOT NULL, model TEXT, call_id TEXT NOT NULL, at INTEGER NOT NULL,
   state TEXT NOT NULL, PRIMARY KEY (conversation_id, turn)
) STRICT, WITHOUT ROWID;
CREATE TABLE model_notes (
   provider TEXT NOT NULL, model TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
   until INTEGER NOT NULL, PRIMARY KEY (provider, model, account, kind, value)
) STRICT, WITHOUT ROWID;
INSERT INTO calls (id, owner, session, instance, tool, arguments, thread_id, state, created_at, deadline_at, finished_at, result)
VALUES ('01a203e4-e4eb-7743-a91c-9a3bce6b8c9c', 'default', 'session', 'instance', 'chat', '{"prompt":"what was asked long ago?"}', '01a203e4-e4ec-7635-9499-ebeb409073eb', 'succeeded',
        unixepoch() * 1000, unixepoch() * 1000 + 300000, unixepoch() * 1000, '{"schema":"exai.result/1","call_id":"01a203e4-e4eb-7743-a91c-9a3bce6b8c9c","tool":"chat","state":"succeeded","status":"continuation_available","exit":{"code":0,"kind":"ok"},"model":{"requested":"mock:echo","used":"mock:echo","reason":"asked for by the caller","tried":[{"provider":"mock","model":"mock:echo","outcome":"ok"}]},"usage":{"input":239,"output":5,"reasoning":null,"cached":null,"source":"estimated"},"cost":{"usd":0.0,"priced":true},"error":null,"retry_after_s":null,"gate":null,"coverage":{"selected":[],"sent":[],"skipped":[]},"findings":[],"text":"An old answer.","data":null,"thread_id":"01a203e4-e4ec-7635-9499-ebeb409073eb","reused":false,"joined":false,"timing":{"queued_ms":0,"provider_ms":5,"total_ms":29},"warnings":[]}');
INSERT INTO call_events VALUES ('01a203e4-e4eb-7743-a91c-9a3bce6b8c9c', 1, unixepoch() * 1000, '{"kind":"accepted","tool":"chat","timeout_s":300.0,"thread_id":"01a203e4-e4ec-7635-9499-ebeb409073eb"}');
INSERT INTO call_events VALUES ('01a203e4-e4eb-7743-a91c-9a3bce6b8c9c', 2, unixepoch() * 1000, '{"kind":"finished","state":"succeeded"}');
INSERT INTO conversations VALUES ('01a203e4-e4ec-7635-9499-ebeb409073eb', 'default', 'chat', NULL, 'what was asked long ago?', unixepoch() * 1000, unixepoch() * 1000);
INSERT INTO conversation_messages VALUES ('01a203e4-e4ec-7635-9499-ebeb409073eb', 1, 'user', 'what was asked long ago?', '[]', 'chat', NULL, '01a203e4-e4eb-7743-a91c-9a3bce6b8c9c', unixepoch() * 1000, 'null');
INSERT INTO conversation_messages VALUES ('01a203e4-e4ec-7635-9499-ebeb409073eb', 2, 'assistant', 'An old answer.', '[]', 'chat', 'mock:echo', '01a203e4-e4eb-7743-a91c-9a3bce6b8c9c', unixepoch() * 1000, 'null');
PRAGMA user_version = 1;
