export function bundle(programs: string[], name: string): Promise<string>;
