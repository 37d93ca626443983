// One attack, in a process of its own that gives way to all others: `attacker.js MODULES PORT NAME SECONDS`.
import { setPriority } from "node:os";
import { attacks } from "./attacks.js";

const [modules, port, name, seconds] = process.argv.slice(2);
setPriority(10);
const frames = await import(modules);
const until = performance.now() + Number(seconds) * 1000;
process.on("disconnect", () => process.exit());
// Who attacks does not care for what becomes of a connection.
process.on("unhandledRejection", () => undefined);
process.send("begins");
const { connections } = await attacks[name].run({ frames, port: Number(port), until });
process.send({ connections });
// The connections stay as they are until the measurement is over.
