// Reads what helm rendered from stdin and prints what Kubernetes does not know in it: every document becomes a literal of its kind's type, and the
// TypeScript compiler says which fields that type has not, or has with another type. No API server is needed.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import YAML from 'yaml';

const folder = fileURLToPath(new URL('.', import.meta.url));
const file = `${folder}generated.ts`; // in memory alone
const faults = [];
const names = [];
let source = '';
// Kubernetes reads YAML 1.1, where e.g. yes is a boolean.
for (const document of YAML.parseAllDocuments(fs.readFileSync(0, 'utf8'), { version: '1.1' })) {
    if (document.errors.length > 0) {
        faults.push(document.errors[0].message);
        continue;
    }
    const object = document.toJS();
    if (!object)
        continue;
    const name = `${object.apiVersion} ${object.kind} ${object.metadata?.name}`;
    const type = `./node_modules/kubernetes-models/${object.apiVersion}/${object.kind}`;
    if (/alpha|beta/.test(object.apiVersion))
        faults.push(`${name}: a version that clusters drop`);
    else if (!fs.existsSync(`${folder}${type}.d.ts`))
        faults.push(`${name}: an unknown kind`);
    else // two lines for each document: the line of a fault names it
        source += `import type { I${object.kind} as T${names.length} } from '${type}';\nexport const o${names.length}: T${names.push(name) - 1} = ${JSON.stringify(object)};\n`;
}
if (names.length === 0)
    faults.push('there is no document');

const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [],
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022,
};
const host = ts.createCompilerHost(options);
const read = host.getSourceFile;
host.getSourceFile = (path, ...rest) => path === file ? ts.createSourceFile(path, source, options.target) : read(path, ...rest);
for (const found of ts.getPreEmitDiagnostics(ts.createProgram([file], options, host))) {
    const where = found.file?.fileName === file ? names[found.file.getLineAndCharacterOfPosition(found.start).line >> 1] : 'the check itself';
    faults.push(`${where}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`);
}
console.log(faults.join('\n') || `${names.length} documents, nothing found`);
process.exitCode = faults.length > 0 ? 1 : 0;
