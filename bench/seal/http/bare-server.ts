// The same admission behind node:http and nothing else: no routing, no validation, no headers, no metrics.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openAdmission, tellPort, type Handed } from './admission.js';

const admit = await openAdmission();
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    admit(JSON.parse(Buffer.concat(pieces).toString('utf8')) as Handed).then(
      (receipt) => {
        const answer = Buffer.from(JSON.stringify(receipt));
        response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': answer.length });
        response.end(answer);
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, () => tellPort((server.address() as AddressInfo).port));
