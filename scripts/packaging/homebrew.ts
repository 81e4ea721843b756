/** A formula for Homebrew, on Macs with Apple silicon and on Linux. */
import { DESCRIPTION, digestOf, type Release, urlOf } from './release.ts';

export function homebrewFormula(release: Release): string {
  const source = (name: string, indent: string): string =>
    [`url "${urlOf(release, name)}"`, `sha256 "${digestOf(release, name)}"`]
      .map((line) => indent + line)
      .join('\n');
  return `class K8sVerify < Formula
  desc "${DESCRIPTION}"
  homepage "https://github.com/${release.repository}"
  version "${release.version}"
  license "Apache-2.0"

  on_macos do
    depends_on arch: :arm64
${source('k8s-verify-darwin-arm64.tar.xz', '    ')}
  end

  on_linux do
    on_arm do
${source('k8s-verify-linux-arm64.tar.xz', '      ')}
    end
    on_intel do
${source('k8s-verify-linux-x64.tar.xz', '      ')}
    end
  end

  def install
    bin.install "k8s-verify"
    generate_completions_from_executable(bin/"k8s-verify", "completion")
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/k8s-verify --version").strip
  end
end
`;
}
