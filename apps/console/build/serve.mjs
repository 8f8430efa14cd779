// For work on the console: `node apps/console/build/serve.mjs [API address]` serves the sources with hot reload, calls go to a running exchange.
import { createServer } from 'vite';
import { consoleConfig } from './vite.config.mjs';

const server = await createServer(consoleConfig({ apiUrl: process.argv[2] }));
await server.listen();
server.printUrls();
