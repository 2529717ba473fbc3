import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { Markdown } from "./Markdown.tsx";

describe("what an agent writes, as Markdown", () => {
  test("HTML in it is text: no element of it is ever made", () => {
    const { container } = render(
      <Markdown
        text={'a <img src=x onerror="alert(1)"> b\n\n<script>alert(2)</script>\n\n<iframe src="//x"></iframe>'}
      />,
    );
    expect(container.querySelector("img, script, iframe")).toBeNull();
    expect(container.textContent).toContain("alert(2)");
  });

  test("a link leaves the application only through the host, and only to the web or mail", async () => {
    const onLink = vi.fn();
    const text =
      "[web](https://example.org) [script](javascript:alert(1)) [file](file:///etc/passwd) [data](data:text/html,x) [chat](irc://x) [local](/etc/passwd)";
    render(<Markdown text={text} onLink={onLink} />);
    expect(screen.getAllByRole("link").map((link) => link.textContent)).toEqual(["web"]);
    await userEvent.click(screen.getByRole("link", { name: "web" }));
    expect(onLink).toHaveBeenCalledExactlyOnceWith("https://example.org");
  });

  test("pictures are named, not fetched", () => {
    const { container } = render(<Markdown text="![a cat](https://example.org/cat.png)" />);
    expect(container.querySelector("img")).toBeNull();
    expect(screen.getByText("[picture: a cat]")).toBeInTheDocument();
  });

  test("headings of an agent are no headings of the page", () => {
    render(<Markdown text={"# Done\n\nAll of it."} />);
    expect(screen.queryByRole("heading")).toBeNull();
    expect(screen.getByText("Done")).toBeInTheDocument();
  });
});
