// Loaded into the API and the worker before their own code.

// When the launcher is gone, however it went, they stop too: a worker without a database, or an API on a port that
// the next start needs, helps nobody.
process.on('disconnect', () => {
  // The ordinary way out first; five seconds are what a download under way may still take.
  setTimeout(() => process.exit(1), 5000).unref();
  process.kill(process.pid, 'SIGTERM');
});

/** Loading takes longer than starting the database: it goes on at the same time. */
const preloads = (process.env['QUANLIAN_PRELOAD'] ?? '').split(' ').filter(Boolean);
delete process.env['QUANLIAN_PRELOAD'];

// Addresses of the database come as a message: what a process was started with, others on the machine may read.
const go = new Promise<NodeJS.ProcessEnv>((resolve) => process.once('message', resolve));
const [given] = await Promise.all([go, ...preloads.map((specifier) => import(specifier) as Promise<unknown>)]);
Object.assign(process.env, given);
