import Dispatch
import Foundation
import OSTree
import Packages
import RPM
import Synchronization

/// The repository that holds each package as a commit, imported once.
struct PackageCache {
    let repository: Repository
    let options: ImportOptions

    /// What ``update(_:)`` did.
    struct Outcome {
        /// The commits, in the order of the packages.
        var commits: [String]
        /// How many packages were read.
        var imported: Int
    }

    /// Imports the packages that the cache does not have; the others are not even opened.
    ///
    /// Blocks. Reads on all processors, the largest packages first.
    /// - Throws: the error of the first package, in the given order, that cannot be imported.
    func update(_ packages: [DownloadedPackage]) throws -> Outcome {
        var commits: [String?] = try packages.map(cached)
        let missing = commits.indices.filter { commits[$0] == nil }
        guard !missing.isEmpty else { return Outcome(commits: commits.compactMap { $0 }, imported: 0) }
        try repository.transaction {
            for (index, commit) in try importAll(packages, missing) {
                commits[index] = commit
                let package = packages[index].package
                repository.transactionSetRef(CacheBranch.name(package.name, evra: package.evra), to: commit)
            }
        }
        return Outcome(commits: commits.compactMap { $0 }, imported: missing.count)
    }

    /// Brings packages into the cache and sorts them as librpm would install them.
    ///
    /// - Returns: the packages, and how many of them were read.
    func installOrder(of packages: [DownloadedPackage]) throws -> ([ImportedPackage], imported: Int) {
        let outcome = try update(packages.sorted { $0.package.nevra < $1.package.nevra })
        let imported = try outcome.commits.map { try ImportedPackage($0, in: repository) }
        return (try InstallOrder.of(imported.map(\.header)).map { imported[$0] }, outcome.imported)
    }

    private func cached(_ package: DownloadedPackage) throws -> String? {
        let branch = CacheBranch.name(package.package.name, evra: package.package.evra)
        guard let commit = try repository.resolve(branch) else { return nil }
        let current = try ImportedPackage.isCurrent(
            commit, in: repository, checksum: package.package.checksum, options: options)
        return current ? commit : nil
    }

    private func importAll(_ packages: [DownloadedPackage], _ missing: [Int]) throws -> [Int: String] {
        let queue = missing.sorted { (packages[$1].package.size, $0) < (packages[$0].package.size, $1) }
        let next = Atomic(0)
        let results = Mutex<[Int: Result<String, any Error>]>([:])
        let importer = PackageImporter(repository: repository, options: options)
        let workers = min(queue.count, max(2, ProcessInfo.processInfo.activeProcessorCount))
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
            defer { buffer.deallocate() }
            while true {
                let position = next.add(1, ordering: .relaxed).oldValue
                guard position < queue.count else { return }
                let index = queue[position]
                let package = packages[index]
                let result = Result {
                    try importer.importPackage(package.path, checksum: package.package.checksum, buffer: buffer)
                }
                results.withLock { $0[index] = result }
            }
        }
        let imported = results.withLock { $0 }
        return try Dictionary(
            uniqueKeysWithValues: imported.sorted { $0.key < $1.key }.map { ($0.key, try $0.value.get()) })
    }
}
