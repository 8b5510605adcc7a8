import { parentPort, workerData } from "node:worker_threads";
import { compareSync } from "bcryptjs";

// A comparison takes tens of milliseconds or more by intent, which the loop that watches over the VIPs must not stand still for.
const { password, hash } = workerData as { readonly password: string; readonly hash: string };
parentPort?.postMessage(compareSync(password, hash));
