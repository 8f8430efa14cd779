export * from './refusal.js';
export * from './vocabulary.js';
export * from './statements/envelope.js';
export * from './statements/bodies.js';
export * from './statements/statement.js';
export * from './state.js';
export * from './routes/index.js';
export * from './client.js';
