import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { Select } from "./Select.tsx";

const FRUIT = ["apple", "banana", "cherry"].map((value) => ({ value, label: `A ripe ${value}` }));

function Fruit({ options = FRUIT, first = "apple" }: { options?: typeof FRUIT; first?: string }) {
  const [value, setValue] = useState(first);
  return <Select label="Fruit" value={value} options={options} onChange={setValue} />;
}

test("it says what is chosen, and its options are there once it is opened", async () => {
  const person = userEvent.setup();
  render(<Fruit />);
  const box = screen.getByRole("combobox", { name: "Fruit" });
  expect(box, "what is chosen stands on it").toHaveTextContent("A ripe apple");
  await person.click(box);
  expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual(FRUIT.map(({ label }) => label));
  expect(screen.getByRole("option", { name: "A ripe apple" }), "the chosen one is marked").toHaveAttribute(
    "aria-selected",
    "true",
  );
  await person.click(screen.getByRole("option", { name: "A ripe cherry" }));
  expect(box, "what a person takes stands on it afterwards").toHaveTextContent("A ripe cherry");
});

test("the keyboard alone opens it, and chooses by a letter without opening it", async () => {
  const person = userEvent.setup();
  render(<Fruit options={FRUIT.map(({ value }) => ({ value, label: value }))} />);
  const box = screen.getByRole("combobox", { name: "Fruit" });
  await person.tab();
  expect(box).toHaveFocus();
  await person.keyboard("b");
  expect(box, "a letter takes the option that begins with it").toHaveTextContent("banana");
  await person.keyboard("{ArrowDown}");
  expect(screen.getByRole("option", { name: "banana" }), "an arrow opens it where it stands").toHaveFocus();
  await person.keyboard("{ArrowDown}{Enter}");
  expect(box).toHaveTextContent("cherry");
});

test("a choice that is no longer on offer is shown all the same", () => {
  render(<Fruit first="plum" />);
  expect(screen.getByRole("combobox"), "what an old link asks for does not look like no choice").toHaveTextContent(
    "plum",
  );
});
