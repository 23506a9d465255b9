/** Notes of one kind that are told one by one. */
const MAX_NOTES = 5;

/** What was left out; of each kind the first few, and how many more. */
export class Notes {
  private readonly kinds = new Map<string, string[]>();

  add(kind: string, note: string): void {
    this.kinds.set(kind, [...(this.kinds.get(kind) ?? []), note]);
  }

  get all(): string[] {
    return [...this.kinds.values()].flatMap(notes =>
      notes.length <= MAX_NOTES
        ? notes
        : [...notes.slice(0, MAX_NOTES), `… and ${notes.length - MAX_NOTES} more like it`]
    );
  }
}
