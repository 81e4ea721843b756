/**
 * A flake for Nix: the npm package of the release, by digest, with the Node of nixpkgs. Not the executable, since its
 * libraries would have to be found elsewhere, and what changes it for that also moves the program in it.
 */
import { DESCRIPTION, digestOf, packageName, type Release, urlOf } from './release.ts';

export function nixFlake(release: Release): string {
  const name = packageName(release);
  const hash = Buffer.from(digestOf(release, name), 'hex').toString('base64');
  return `{
  description = "${DESCRIPTION}";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEach = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.\${system});
    in
    {
      packages = forEach (pkgs: {
        default = pkgs.stdenvNoCC.mkDerivation {
          pname = "k8s-verify";
          version = "${release.version}";
          src = pkgs.fetchurl {
            url = "${urlOf(release, name)}";
            hash = "sha256-${hash}";
          };
          nativeBuildInputs = [ pkgs.makeWrapper pkgs.installShellFiles ];
          dontBuild = true;
          installPhase = ''
            runHook preInstall
            mkdir -p $out/lib/k8s-verify $out/bin
            cp -r . $out/lib/k8s-verify
            makeWrapper \${pkgs.nodejs_24}/bin/node $out/bin/k8s-verify --add-flags $out/lib/k8s-verify/bin/k8s-verify.js
            installManPage man/*
            runHook postInstall
          '';
          doInstallCheck = true;
          installCheckPhase = ''test "$($out/bin/k8s-verify --version)" = "${release.version}"'';
          meta = {
            description = "${DESCRIPTION}";
            homepage = "https://github.com/${release.repository}";
            license = pkgs.lib.licenses.asl20;
            mainProgram = "k8s-verify";
          };
        };
      });
    };
}
`;
}
