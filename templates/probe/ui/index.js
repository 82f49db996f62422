// A plugin may have to have a UI.
export default function StratosDoctor() {
  return null;
}
