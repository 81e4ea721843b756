/** Who made what an application bundles? A minimal module of the form of Freelens' own: kubectl by cosign, on PATH. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { fetchBytes } from "./download.js";

import type { Artifact } from "./artifacts.js";

const KREL_IDENTITY = "krel-staging@k8s-releng-prod.iam.gserviceaccount.com";

async function verifyHelmSignature({ url }: Artifact, artifactPath: string): Promise<string> {
  throw new Error(`${url} in ${artifactPath}: this form of it has no key of helm`);
}

async function verifyKubectlSignature({ url }: Artifact, artifactPath: string, workDir: string): Promise<string> {
  const options = ["signature", "certificate"].map((name) => [`--${name}`, path.join(workDir, name)] as const);
  await writeFile(path.join(workDir, "signature"), await fetchBytes(`${url}.sig`));
  await writeFile(path.join(workDir, "certificate"), await fetchBytes(`${url}.cert`));
  const who = ["--certificate-identity", KREL_IDENTITY, "--certificate-oidc-issuer", "https://accounts.google.com"];
  await promisify(execFile)("cosign", ["verify-blob", artifactPath, ...options.flat(), ...who]);
  return `cosign signature by ${KREL_IDENTITY}`;
}

/** Verifies by what the publisher of this artifact offers, or throws. */
export async function verifyArtifact(
  artifact: Artifact,
  sha256: string,
  artifactPath: string,
  workDir: string,
): Promise<string> {
  switch (artifact.tool) {
    case "helm":
      return artifact.platform === "windows"
        ? Promise.reject(new Error(`${sha256}: no helm for Windows`))
        : verifyHelmSignature(artifact, artifactPath);
    case "kubectl":
      return verifyKubectlSignature(artifact, artifactPath, workDir);
  }
}
