// Passes requests on to a daemon and adds its token, which the conformance suite can not send. Streams are passed on as
// they come, and an end that hangs up is hung up on at the other side: that is how a client of MCP gives up. Where a request
// names this address as its host or origin, it names the daemon's; other names stay, for the daemon has to refuse them.
//
// node bearer.mjs ADDRESS TOKEN_FILE: prints the port that it took.
import { readFileSync } from "node:fs";
import http from "node:http";

const [address, tokenFile] = process.argv.slice(2);
const authorization = `Bearer ${readFileSync(tokenFile, "utf8").trim()}`;
const [hostname, port] = address.split(":");
const agent = new http.Agent({ keepAlive: true });

const server = http.createServer((request, response) => {
  const own = new RegExp(`:${server.address().port}$`);
  const headers = { ...request.headers, authorization };
  for (const name of ["host", "origin"]) {
    if (headers[name]) headers[name] = headers[name].replace(own, `:${port}`);
  }
  const onward = http.request({ hostname, port, method: request.method, path: request.url, headers, agent });
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    response.flushHeaders();
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
});
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
