import Builds
import Foundation
import HostSystem
import RPM
import SystemPackage

/// What changed between the packages of two builds, in the form of meta.json's `pkgdiff`.
struct PackageDifference: Sendable, Equatable {
    /// One package that is not the same in both.
    struct Change: Sendable, Equatable {
        var name: String
        var kind: Kind
        var previous: GeneratedLockfile.Package?
        var new: GeneratedLockfile.Package?
    }

    /// The numbers of rpm-ostree's `RpmOstreeDiffType`.
    enum Kind: Int, Sendable {
        case added = 0
        case removed = 1
        case upgraded = 2
        case downgraded = 3
    }

    /// The changes by name and architecture.
    let changes: [Change]

    init(from old: [GeneratedLockfile.Package], to new: [GeneratedLockfile.Package]) {
        func byName(_ packages: [GeneratedLockfile.Package]) -> [String: GeneratedLockfile.Package] {
            Dictionary(packages.map { ("\($0.name).\($0.arch)", $0) }) { first, _ in first }
        }
        let old = byName(old)
        let new = byName(new)
        changes = Set(old.keys).union(new.keys).sorted().compactMap { key in
            switch (old[key], new[key]) {
            case (let before?, let after?) where before.evra == after.evra: nil
            case (let before?, let after?):
                Change(
                    name: after.name, kind: Self.isNewer(after, than: before) ? .upgraded : .downgraded,
                    previous: before, new: after)
            case (let before?, nil): Change(name: before.name, kind: .removed, previous: before, new: nil)
            case (nil, let after?): Change(name: after.name, kind: .added, previous: nil, new: after)
            case (nil, nil): nil
            }
        }
    }

    /// The differences to a build of the store; nil where that build has no package list.
    init?(
        from build: String, in store: BuildStore, arch: String, to packages: [GeneratedLockfile.Package]
    ) throws {
        let file = store.path(build, arch: arch).appending(CommitMetadata.fileName)
        guard FileContent.exists(file) else { return nil }
        let listed = try JSONFile.read(file)["rpmostree.rpmdb.pkglist"]?.array ?? []
        let old = listed.compactMap { entry -> GeneratedLockfile.Package? in
            let fields = entry.array?.compactMap(\.string) ?? []
            guard fields.count == 5 else { return nil }
            return GeneratedLockfile.Package(
                name: fields[0], epoch: Int(fields[1]) ?? 0, version: fields[2], release: fields[3], arch: fields[4],
                sourceRPM: nil)
        }
        self.init(from: old, to: packages)
    }

    private static func isNewer(_ first: GeneratedLockfile.Package, than second: GeneratedLockfile.Package) -> Bool {
        PackageVersion(epoch: second.epoch, version: second.version, release: second.release)
            < PackageVersion(epoch: first.epoch, version: first.version, release: first.release)
    }

    /// `[[name, type, {"PreviousPackage": [name, evr, arch], "NewPackage": […]}]]`
    var json: JSONValue {
        .array(
            changes.map { change in
                var packages = JSONObject()
                packages["PreviousPackage"] = change.previous.map(Self.triple)
                packages["NewPackage"] = change.new.map(Self.triple)
                return .array([.string(change.name), .integer(change.kind.rawValue), .object(packages)])
            })
    }

    private static func triple(_ package: GeneratedLockfile.Package) -> JSONValue {
        let epoch = package.epoch == 0 ? "" : "\(package.epoch):"
        return .array([
            .string(package.name), .string("\(epoch)\(package.version)-\(package.release)"), .string(package.arch),
        ])
    }
}
