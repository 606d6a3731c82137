/**
 * To-dos in memory, as many as there may be, each with the version that it has.
 *
 * @module
 */

/** One to-do. */
export interface Todo {
  readonly id: number;
  readonly title: string;
  readonly done: boolean;
}

/** What a client may say of one. */
export type TodoContent = Omit<Todo, "id">;

/** A to-do, and how often anything was changed when it was. */
export interface StoredTodo {
  readonly todo: Todo;
  /** Never given twice: not even to one that takes the place of another. */
  readonly version: number;
}

/** To-dos that there may be at once. */
export const MAX_TODOS = 1_000;

export class TodoStore {
  private readonly todos: Map<number, StoredTodo>;
  private lastId: number;
  private changes: number;

  constructor() {
    this.todos = new Map();
    this.lastId = 0;
    this.changes = 0;
  }

  /** Counts the changes: as long as it is the same, so is the list. */
  get version(): number {
    return this.changes;
  }

  get isFull(): boolean {
    return this.todos.size >= MAX_TODOS;
  }

  /** All of them, the oldest first. */
  list(): Todo[] {
    return Array.from(this.todos.values(), ({ todo }) => todo);
  }

  get(id: number): StoredTodo | undefined {
    return this.todos.get(id);
  }

  /** @throws RangeError when there are as many as may be: see {@link isFull} */
  add(content: TodoContent): StoredTodo {
    if (this.isFull) throw new RangeError("there are as many to-dos as may be");
    return this.set(++this.lastId, content);
  }

  /** Puts other content in the place of what is there. */
  set(id: number, { title, done }: TodoContent): StoredTodo {
    const stored: StoredTodo = { todo: { id, title, done }, version: ++this.changes };
    this.todos.set(id, stored);
    return stored;
  }

  delete(id: number): void {
    if (this.todos.delete(id)) this.changes++;
  }
}
