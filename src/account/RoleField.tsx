import type { UserRole } from "@/api/bindings.ts";
import { Field } from "@/ui/Field.tsx";
import { Select } from "@/ui/Select.tsx";
import { text } from "./access-messages.ts";

const ROLES: readonly UserRole[] = ["viewer", "operator", "admin"];
export const ROLE_OPTIONS = ROLES.map((value) => ({
  value,
  label: text.roles[value][0],
  hint: text.roles[value][1],
}));

/** What somebody, or something, may do. */
export function RoleField({
  label = text.role,
  value,
  onChange,
}: {
  label?: string;
  value: UserRole;
  onChange: (role: UserRole) => void;
}) {
  return (
    <Field label={label} hint={text.roles[value][1]}>
      {(wiring) => <Select {...wiring} value={value} options={ROLE_OPTIONS} onChange={onChange} />}
    </Field>
  );
}
