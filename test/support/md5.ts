import { readKernel } from "../../src/doctor/read-kernel.ts";

/** The reason why tests with TCP-MD5 are to be skipped, or undefined. */
export async function md5Missing(): Promise<string | undefined> {
  const { release, md5 } = await readKernel([]);
  return md5 === false ? `kernel ${release} was built without CONFIG_TCP_MD5SIG` : undefined;
}
