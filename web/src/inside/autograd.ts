// SPDX-License-Identifier: MIT
//
// Derivatives of scalars, as the reference program takes them: each operation
// remembers what it was made of and how its result changes with each of them;
// backward() walks from the last result to the first inputs by the chain rule.

export class Value {
  gradient = 0; // of what backward() was called on, by this value

  constructor(
    readonly data: number,
    // What it was made of, with the derivative of `data` by each.
    private readonly from: readonly (readonly [Value, number])[] = [],
  ) {}

  add(other: Value): Value {
    return new Value(this.data + other.data, [
      [this, 1],
      [other, 1],
    ]);
  }

  multiply(other: Value): Value {
    return new Value(this.data * other.data, [
      [this, other.data],
      [other, this.data],
    ]);
  }

  power(exponent: number): Value {
    const slope = exponent * this.data ** (exponent - 1);
    return new Value(this.data ** exponent, [[this, slope]]);
  }

  exp(): Value {
    const result = Math.exp(this.data);
    return new Value(result, [[this, result]]);
  }

  log(): Value {
    return new Value(Math.log(this.data), [[this, 1 / this.data]]);
  }

  relu(): Value {
    return new Value(Math.max(0, this.data), [[this, this.data > 0 ? 1 : 0]]);
  }

  scale(factor: number): Value {
    return new Value(this.data * factor, [[this, factor]]);
  }

  subtract(other: Value): Value {
    return this.add(other.scale(-1));
  }

  // Sets `gradient` of every value that this one was made of. Adds to what is
  // there: values of a new graph have 0.
  backward(): void {
    const order: Value[] = [];
    const seen = new Set<Value>([this]);
    // Without recursion: a graph may be deeper than the stack.
    const stack: { value: Value; next: number }[] = [{ value: this, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const child = top.value.from[top.next++]?.[0];
      if (!child) {
        order.push(top.value);
        stack.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        stack.push({ value: child, next: 0 });
      }
    }
    this.gradient = 1;
    for (const value of order.reverse()) {
      for (const [child, slope] of value.from) {
        child.gradient += slope * value.gradient;
      }
    }
  }
}
