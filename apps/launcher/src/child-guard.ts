// Loaded into the API and the worker before their own code. When the launcher is gone, however it went, they stop
// too: a worker without a database, or an API on a port that the next start needs, helps nobody.
process.on('disconnect', () => {
  // The ordinary way out first; five seconds are what a download under way may still take.
  setTimeout(() => process.exit(1), 5000).unref();
  process.kill(process.pid, 'SIGTERM');
});
