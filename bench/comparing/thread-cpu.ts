// What this thread has worked so far: others share the machine, so the clock on the wall says little.

export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
