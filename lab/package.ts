import { buildDeb } from "./deb/build.ts";

/** npm run package: the Debian package of this tree, in the current folder. */
console.log(await buildDeb({ folder: process.cwd() }));
