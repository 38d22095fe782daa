export { CODES, type Code } from './codes';
export { DiagnosticsError, hasErrors, type Diagnostic, type Place, type Severity } from './diagnostic';
export { printable, visible, withoutSteering } from './printable';
export { diagnosticLine, excerpt, messageText, placeText, renderDiagnostic } from './render';
export { SourceText, type Position, type Range } from './source';
