export { describeSettings, settingsTable, type Setting } from './settings-table.js';
export { isLoopback, readSettings, SettingsError, type Settings } from './settings.js';
export { Caller, routeOf, Sent, Serves, type AuthenticatedRequest } from './serve.js';
export { AccessGuard, sessionCookie } from './access.guard.js';
export { AnswerInterceptor } from './answer.interceptor.js';
export { RefusalFilter, type RefusalLog } from './refusal.filter.js';
export { openApiDocument } from './openapi.js';
export { maskNumbers, openLog } from './logging.js';
export { Metrics } from './metrics.js';
