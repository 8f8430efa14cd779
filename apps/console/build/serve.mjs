// For work on the console: `node apps/console/build/serve.mjs [API address]` serves the sources with hot reload, calls go to a running exchange.
import { createServer } from 'vite';
import { consoleConfig } from './vite.config.mjs';

const config = consoleConfig({ apiUrl: process.argv[2] });
config.plugins.push({
  name: 'the-door',
  // As apps/api serves it.
  configureServer: ({ middlewares }) =>
    void middlewares.use((request, _response, next) => {
      request.url = request.url.replace(/^\/login(?=\?|$)/, '/door.html');
      next();
    }),
});
const server = await createServer(config);
await server.listen();
server.printUrls();
