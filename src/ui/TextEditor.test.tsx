import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef, useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { TextEditor, type TextEditorHandle } from "./TextEditor.tsx";

afterEach(cleanup);

function Page({
  text,
  handle,
  onCursor,
}: {
  text: string;
  handle?: React.Ref<TextEditorHandle>;
  onCursor?: (at: number) => void;
}) {
  const [value, setValue] = useState(text);
  return (
    <>
      <TextEditor label="Specification" value={value} onChange={setValue} ref={handle} onCursor={onCursor} />
      <button>Save</button>
    </>
  );
}

const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Specification" });

describe("text editor", () => {
  it("takes what is typed and lets Tab leave it", async () => {
    const user = userEvent.setup();
    render(<Page text="" />);
    await user.type(field(), "one{enter}two");
    expect(field().value).toBe("one\ntwo");
    await user.tab();
    expect(document.activeElement, "nobody is trapped in the field").toBe(screen.getByRole("button", { name: "Save" }));
  });

  it("numbers its lines without reading the numbers aloud", () => {
    const { container } = render(<Page text={"a\n\nc"} />);
    const numbers = container.querySelector("[aria-hidden]");
    expect(numbers?.children).toHaveLength(3);
  });

  it("puts in a text as if it had been typed, and selects what is to be replaced", async () => {
    const handle = createRef<TextEditorHandle>();
    render(<Page text="ac" handle={handle} />);
    handle.current?.insert(1, "<b>", [2, 3]);
    await waitFor(() => expect(field().value).toBe("a<b>c"));
    await waitFor(() => expect([field().selectionStart, field().selectionEnd]).toEqual([2, 3]));
    expect(document.activeElement, "typing goes on there").toBe(field());
  });

  it("asks the browser to type, so that its undo takes the text back", async () => {
    const execCommand = vi.fn(() => true);
    Object.assign(document, { execCommand });
    try {
      const handle = createRef<TextEditorHandle>();
      render(<Page text="ac" handle={handle} />);
      handle.current?.insert(1, "b", [1, 2]);
      expect(execCommand).toHaveBeenCalledWith("insertText", false, "b");
    } finally {
      Reflect.deleteProperty(document, "execCommand");
    }
  });

  it("goes to a position and says where the cursor is", () => {
    const handle = createRef<TextEditorHandle>();
    const onCursor = vi.fn();
    render(<Page text={"a\nb"} handle={handle} onCursor={onCursor} />);
    handle.current?.reveal(2);
    expect(field().selectionStart).toBe(2);
    expect(onCursor).toHaveBeenCalledWith(2);
  });

  it("leaves out the numbers of a text with very many lines, which would make typing slow", () => {
    const { container } = render(<Page text={"x\n".repeat(5_000)} />);
    expect(container.querySelector("[aria-hidden]")?.children).toHaveLength(0);
  });
});
