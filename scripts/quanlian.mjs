#!/usr/bin/env node
// The command `quanlian`: runs the built command line.
import { runBuilt } from './run-built.mjs';

await runBuilt('dist/apps/cli/src/main.js');
