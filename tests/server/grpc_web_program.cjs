// Calls a server with the official gRPC-Web client for JavaScript and prints what came back, as JSON.
//   node grpc_web_program.cjs URL binary|text NODE_MODULES
const [url, format, modules] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [modules] }));
global.XMLHttpRequest = load("xhr2");
const { GrpcWebClientBase, MethodDescriptor, MethodType } = load("grpc-web");

const bytes = (message) => message;
const client = new GrpcWebClientBase({ format });

function call(name, request) {
  const path = `/ml_metadata.MetadataStoreService/${name}`;
  const method = new MethodDescriptor(path, MethodType.UNARY, Uint8Array, Uint8Array, bytes, bytes);
  return new Promise((resolve) => {
    client.rpcCall(url + path, request, {}, method, (error, response) =>
      resolve(error ? { code: error.code, message: error.message } : { bytes: Buffer.from(response).toString("hex") }),
    );
  });
}

(async () => {
  const types = await call("GetArtifactTypes", new Uint8Array());
  const missing = await call("GetArtifactType", new Uint8Array([10, 3, 0x61, 0xc3, 0xa9])); // type_name "aé"
  console.log(JSON.stringify({ types, missing }));
})();
