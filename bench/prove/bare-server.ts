// The limit of HTTP alone: node:http answers every request with one proof's text that it was given. Prints its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [, , base64 = ''] = process.argv;
const body = Buffer.from(base64, 'base64');
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit(0)).resume();
