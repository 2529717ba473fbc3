import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAbsolute, nameProblem, parentOf, projectPath } from "./name.ts";
import {
  type Event,
  SOURCES,
  STEPS,
  type Wizard,
  after,
  begun,
  isWorthKeeping,
  order,
  problems,
  specText,
} from "./wizard.ts";

const SKELETON = "<overview><!-- hint --></overview>";
const fresh = () => begun("/home/me/code", ["Shop"], SKELETON);
const through = (wizard: Wizard, ...events: Event[]) => events.reduce(after, wizard);
const judged = (text: string, refusal: string | null = null): Event => ({ type: "judged", verdict: { text, refusal } });

const ready = () =>
  through(
    fresh(),
    { type: "named", name: "Todo" },
    { type: "next" },
    { type: "wrote", in: "write", text: "build a to-do list" },
    judged("build a to-do list"),
    { type: "next" },
  );

describe("name", () => {
  it.each([
    ["", "empty"],
    ["   ", "empty"],
    ["a/b", "character"],
    ["a\tb", "character"],
    [".hidden", "edge"],
    ["-rf", "edge"],
    ["shop.", "edge"],
    ["con", "reserved"],
    ["NUL.txt", "reserved"],
    ["shop", "taken"],
    ["x".repeat(81), "long"],
    ["Mein Projekt_2.0", null],
    ["Café 店", null],
    ["a & b", "character"],
  ])("%j is refused as %s", (name, why) => {
    expect(nameProblem(name, ["Shop"])).toBe(why);
  });

  it.each([
    ["/home/me/shop", "/home/me"],
    ["/shop", "/"],
    ["C:\\code\\shop", "C:\\code"],
    ["C:\\shop", "C:\\"],
  ])("finds that %j lies in %j", (path, parent) => {
    expect(parentOf(path)).toBe(parent);
  });

  it("joins a directory and a name the way the directory is written", () => {
    expect(projectPath("/home/me", " shop ")).toBe("/home/me/shop");
    expect(projectPath("/", "shop")).toBe("/shop");
    expect(projectPath("C:\\code", "shop")).toBe("C:\\code\\shop");
    expect([isAbsolute("/a"), isAbsolute("C:\\a"), isAbsolute("a/b")]).toEqual([true, true, false]);
  });
});

describe("wizard", () => {
  it("stays on a step with something missing, and only then says what", () => {
    expect(fresh().isTried, "nobody is scolded before they began").toBe(false);
    const wizard = after(fresh(), { type: "next" });
    expect(wizard.step).toBe("place");
    expect(wizard.isTried).toBe(true);
    expect(problems(wizard, "place")).toEqual([{ field: "name", why: "empty" }]);
  });

  it("goes through to an order with the text the check accepted", () => {
    expect(order(ready())).toEqual({
      name: "Todo",
      parentDir: "/home/me/code",
      path: "/home/me/code/Todo",
      template: "empty",
      specText: "build a to-do list",
    });
  });

  it("does not go on from a text that the check has not seen or refuses", () => {
    const spec = through(
      fresh(),
      { type: "named", name: "Todo" },
      { type: "next" },
      { type: "wrote", in: "write", text: "a" },
    );
    expect(problems(spec, "spec")).toEqual([{ field: "spec", why: "unjudged" }]);
    const refused = after(spec, judged("a", "it is the template"));
    expect(problems(refused, "spec")).toEqual([{ field: "spec", why: "refused", message: "it is the template" }]);
    expect(after(refused, { type: "next" }).step).toBe("spec");
    expect(problems(after(spec, judged("older")), "spec"), "a word about another text says nothing").toHaveLength(1);
  });

  it("goes to a later step from outside only over steps that are whole", () => {
    expect(after(fresh(), { type: "went", to: "summary" }).step, "nothing is filled in").toBe("place");
    const back = through(ready(), { type: "went", to: "place" });
    expect(back.step).toBe("place");
    expect(after(back, { type: "went", to: "summary" }).step, "what was filled in still counts").toBe("summary");
  });

  it("lets the specification wait", () => {
    const wizard = through(
      fresh(),
      { type: "named", name: "Todo" },
      { type: "next" },
      { type: "sourced", source: "later" },
      { type: "next" },
    );
    expect(wizard.step).toBe("summary");
    expect(order(wizard)?.specText).toBeNull();
  });

  it("keeps each source's text while another is tried", () => {
    const wizard = through(
      fresh(),
      { type: "wrote", in: "write", text: "written" },
      { type: "sourced", source: "paste" },
      { type: "wrote", in: "paste", text: "pasted" },
      { type: "sourced", source: "file" },
      { type: "chose", file: { name: "a.txt", text: "filed" } },
      { type: "sourced", source: "write" },
    );
    expect(specText(wizard)).toBe("written");
    expect(specText(after(wizard, { type: "sourced", source: "paste" }))).toBe("pasted");
    expect(specText(after(wizard, { type: "sourced", source: "file" }))).toBe("filed");
  });

  it("keeps everything when the creation fails, and can be asked again", () => {
    const failed = through(ready(), { type: "create" }, { type: "failed", reason: "The disk is full." });
    expect(failed.progress).toEqual({ is: "failed", reason: "The disk is full." });
    expect(order(failed)).toEqual(order(ready()));
    expect(after(failed, { type: "create" }).progress.is).toBe("creating");
  });

  it("takes a suggested directory only while a person has chosen none", () => {
    const suggested = after(fresh(), { type: "suggested", parentDir: "/srv" });
    expect(suggested.parentDir).toBe("/srv");
    const placed = through(suggested, { type: "placed", parentDir: "" }, { type: "suggested", parentDir: "/srv" });
    expect(placed.parentDir, "an emptied field stays empty").toBe("");
  });

  it("does not create twice: a second press while it is being created does nothing", () => {
    const creating = after(ready(), { type: "create" });
    expect(after(creating, { type: "create" })).toBe(creating);
    expect(after(creating, { type: "back" }), "nothing moves under it").toBe(creating);
  });

  it("knows when leaving would lose something", () => {
    expect(isWorthKeeping(fresh(), SKELETON)).toBe(false);
    expect(isWorthKeeping(after(fresh(), { type: "named", name: "T" }), SKELETON)).toBe(true);
    expect(isWorthKeeping(through(ready(), { type: "create" }, { type: "created", project: 1 }), SKELETON)).toBe(false);
  });

  it("for any sequence of events: a step is left forwards only when it is whole, and typed texts stay", () => {
    const text = fc.constantFrom("", "a", "b");
    const event: fc.Arbitrary<Event> = fc.oneof(
      fc.record({ type: fc.constant("named" as const), name: fc.constantFrom("", "a", "Shop", "a/b") }),
      fc.record({ type: fc.constant("placed" as const), parentDir: fc.constantFrom("", "x", "/x") }),
      fc.record({ type: fc.constant("sourced" as const), source: fc.constantFrom(...SOURCES) }),
      fc.record({ type: fc.constant("wrote" as const), in: fc.constantFrom("write" as const, "paste" as const), text }),
      fc.record({ type: fc.constant("chose" as const), file: fc.option(fc.record({ name: fc.constant("f"), text })) }),
      fc.record({
        type: fc.constant("judged" as const),
        verdict: fc.record({ text, refusal: fc.constantFrom(null, "no") }),
      }),
      fc.record({ type: fc.constant("went" as const), to: fc.constantFrom(...STEPS) }),
      fc.record({ type: fc.constant("failed" as const), reason: fc.constant("no") }),
      fc.record({ type: fc.constant("created" as const), project: fc.constant(7) }),
      fc.constantFrom<Event>({ type: "next" }, { type: "back" }, { type: "create" }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let wizard = fresh();
        for (const happened of events) {
          const before = wizard;
          wizard = after(before, happened);
          if (STEPS.indexOf(wizard.step) > STEPS.indexOf(before.step))
            expect(problems(before, before.step)).toEqual([]);
          if (happened.type !== "wrote") expect(wizard.texts).toBe(before.texts);
          if (wizard.progress.is === "creating") expect(order(wizard), "only a whole order is placed").not.toBeNull();
        }
      }),
    );
  });
});
