import Builds
import Foundation
import HostSystem
import SystemPackage

/// Where a config repository stands, and since when.
struct ConfigCommit: Sendable {
    /// What meta.json records as `coreos-assembler.container-config-git`.
    var revision: GitRevision
    /// The time of the commit, in seconds since 1970.
    var time: Int64

    /// Asks git about the repository that holds `directory`; nil where it is not in one or git is not installed.
    static func of(_ directory: FilePath) async -> ConfigCommit? {
        guard let commit = await git(["rev-parse", "HEAD"], in: directory),
            let time = await git(["log", "-1", "--format=%ct"], in: directory).flatMap(Int64.init)
        else { return nil }
        let origin = await git(["config", "--get", "remote.origin.url"], in: directory)
        let branch = await git(["symbolic-ref", "--short", "-q", "HEAD"], in: directory)
        let changes = await git(["status", "--porcelain", "--untracked-files=no", "."], in: directory)
        return ConfigCommit(
            revision: GitRevision(
                commit: commit, origin: origin.map(withoutCredentials) ?? directory.string, branch: branch,
                dirty: changes?.isEmpty == false),
            time: time)
    }

    private static func git(_ arguments: [String], in directory: FilePath) async -> String? {
        // The folder may belong to another user (a bind mount in a container); reading it is harmless.
        let command = Command("git", ["-c", "safe.directory=*", "-C", directory.string] + arguments)
        guard let output = try? await command.capture(), output.status == 0 else { return nil }
        return output.text
    }

    /// `https://user:token@host/x` without what must not be recorded.
    static func withoutCredentials(_ url: String) -> String {
        guard let scheme = url.range(of: "://"), let at = url[scheme.upperBound...].firstIndex(of: "@"),
            !url[scheme.upperBound..<at].contains("/")
        else { return url }
        return String(url[..<scheme.upperBound] + url[url.index(after: at)...])
    }
}
