#!/usr/bin/env node
import module from "node:module";

// From Node 22.1 on: the second start has its code compiled already.
module.enableCompileCache?.();
const { main } = await import("../dist/main.js");
await main(process.argv.slice(2));
