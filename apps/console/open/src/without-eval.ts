import { config } from 'zod';

// Before any schema is made: zod would try to compile it, which the page's policy forbids and the browser then complains of.
config({ jitless: true });
