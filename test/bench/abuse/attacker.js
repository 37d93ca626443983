// One attack, in a process of its own that gives way to all others: `attacker.js MODULES PORT NAME SECONDS`.
import { setPriority } from "node:os";
import { Attack } from "./attack.js";
import { attacks } from "./attacks.js";

const [modules, port, name, seconds] = process.argv.slice(2);
setPriority(10);
const frames = await import(modules);
process.on("disconnect", () => process.exit());
// Who attacks does not care for what becomes of a connection.
process.on("unhandledRejection", () => undefined);
const { connections } = await attacks[name].run(new Attack(frames, Number(port), Number(seconds)));
process.send({ connections });
// The connections stay as they are until the measurement is over.
