import { FolderOpen } from "lucide-react";
import { type Dispatch, useEffect } from "react";
import { useApiQuery } from "@/api/context.tsx";
import { Button } from "@/ui/Button.tsx";
import { Choices } from "@/ui/Choices.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { text } from "./messages.ts";
import { parentOf, projectPath } from "./name.ts";
import { useFolder } from "./useFolder.tsx";
import { type Event, type Problem, TEMPLATES, type Wizard, problems } from "./wizard.ts";

type Props = {
  wizard: Wizard;
  dispatch: Dispatch<Event>;
  /** Where the project lies that was opened last: the next one is likely to go beside it. */
  lastPath: string | null;
};

/** What the project is called, where it goes, and what is in it from the start. */
export function PlaceStep({ wizard, dispatch, lastPath }: Props) {
  const home = useApiQuery("directory_list", {}, { isEnabled: lastPath === null });
  const suggested = lastPath === null ? home.data?.path : parentOf(lastPath);
  useEffect(() => {
    if (suggested) dispatch({ type: "suggested", parentDir: suggested });
  }, [suggested, dispatch]);

  const folder = useFolder({
    title: text.wizard.parentDir,
    description: text.folder.title,
    actionLabel: text.folder.choose,
    isProject: false,
    onChoose: (parentDir) => dispatch({ type: "placed", parentDir }),
  });
  const found = problems(wizard, "place");
  const nameProblem = found.find((problem) => problem.field === "name");
  // Before a person asked to go on, only what they typed is called wrong, not what they have not come to yet.
  const isShown = (problem: Problem | undefined) => problem && (wizard.isTried || problem.why !== "empty");
  const placeProblem = found.find((problem) => problem.field === "parentDir");
  const { name, parentDir } = wizard;

  return (
    <div className="mx-auto flex w-full max-w-2xl flex-col gap-5">
      <Field
        label={text.wizard.name}
        hint={text.wizard.nameHint}
        error={nameProblem && isShown(nameProblem) ? text.wizard.nameProblem[nameProblem.why] : undefined}
      >
        {(wiring) => (
          <Input
            {...wiring}
            value={name}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => dispatch({ type: "named", name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={text.wizard.parentDir}
        hint={
          name.trim() !== "" && parentDir.trim() !== ""
            ? text.wizard.parentDirHint(projectPath(parentDir.trim(), name))
            : undefined
        }
        error={
          placeProblem && isShown(placeProblem)
            ? placeProblem.why === "empty"
              ? text.wizard.parentDirEmpty
              : text.wizard.parentDirRelative
            : undefined
        }
      >
        {(wiring) => (
          <div className="flex gap-2">
            <Input
              {...wiring}
              value={parentDir}
              autoComplete="off"
              spellCheck={false}
              className="font-mono text-xs"
              onChange={(event) => dispatch({ type: "placed", parentDir: event.target.value })}
            />
            <Button icon={<FolderOpen aria-hidden className="size-4" />} onClick={() => folder.ask(parentDir)}>
              {text.wizard.choose}
            </Button>
          </div>
        )}
      </Field>
      <Choices
        label={text.wizard.template}
        columns={2}
        value={wizard.template}
        options={TEMPLATES.map((value) => ({
          value,
          label: text.wizard.templates[value][0],
          hint: text.wizard.templates[value][1],
        }))}
        onChange={(template) => dispatch({ type: "templated", template })}
      />
      {folder.dialog}
    </div>
  );
}
