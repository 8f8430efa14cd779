#!/usr/bin/env node
// The command `quanlian-witness`: a department's own witness of a log (docs/WITNESS.md).
import { runBuilt } from './run-built.mjs';

await runBuilt('dist/apps/witness/src/main.js');
