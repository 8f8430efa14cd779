// Imported before anything that makes a schema: zod tries whether it may compile code, which the page's policy refuses and reports.
import { config } from 'zod';

config({ jitless: true });
