// swift-tools-version: 6.2
import PackageDescription

// The house (docs/architecture.md): imports run downwards only. A target lists exactly what it may import.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
]

func cLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func binding(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/Bindings/\(name)", swiftSettings: strict)
}

func module(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies + [system, logging], resources: resources, swiftSettings: strict)
}

func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + [system, logging, argumentParser], swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport", system] + dependencies,
        swiftSettings: strict)
}

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "coreos-swift",
    products: [
        .executable(name: "cosa", targets: ["cosa"]),
        .executable(name: "kola", targets: ["kola"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        cLibrary("CGLib", pkgConfig: "gio-unix-2.0", apt: "libglib2.0-dev"),
        cLibrary("COSTree", pkgConfig: "ostree-1", apt: "libostree-dev"),
        cLibrary("CRPM", pkgConfig: "rpm", apt: "librpm-dev"),
        cLibrary("CSolv", pkgConfig: "libsolvext", apt: "libsolvext-dev"),
        cLibrary("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        cLibrary("CLibrepo", pkgConfig: "librepo", apt: "librepo-dev"),
        cLibrary("CExt2fs", pkgConfig: "ext2fs", apt: "libext2fs-dev"),
        cLibrary("CGuestfs", pkgConfig: "libguestfs", apt: "libguestfs-dev"),
        cLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        cLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        cLibrary("CLzma", pkgConfig: "liblzma", apt: "liblzma-dev"),
        cLibrary("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        .systemLibrary(name: "CLinux", path: "Sources/CLibraries/CLinux"),

        binding("GLib", ["CGLib"]),
        binding("OSTree", ["COSTree", "GLib", system]),
        binding("RPM", ["CRPM", system]),
        binding("Solv", ["CSolv", "RPM", system]),
        binding("LibArchive", ["CArchive", system]),
        binding("Librepo", ["CLibrepo", "GLib", system]),
        binding("Ext2fs", ["CExt2fs", system]),
        binding("Guestfs", ["CGuestfs", system]),
        binding("SQLite", ["CSQLite", system]),
        binding("Zlib", ["CZlib"]),
        binding("Zstd", ["CZstd"]),
        binding("Lzma", ["CLzma"]),

        module("HostSystem", ["CLinux", crypto, subprocess]),
        module("Builds", ["HostSystem"]),
        module("Compression", ["HostSystem", "LibArchive", "Lzma", "Zlib", "Zstd"]),
        module("SBOM", ["HostSystem"]),
        module("Treefile", ["HostSystem", yams]),
        module("Ignition", ["Zlib", yams]),
        module("Packages", ["Treefile", "HostSystem", "Solv", "Librepo", "RPM"]),
        module("Compose", ["Treefile", "Packages", "HostSystem", "OSTree", "GLib", "RPM", "SQLite"]),
        module("ContainerImage", ["HostSystem", "OSTree", "GLib", "LibArchive", "Zlib", "Zstd"]),
        module(
            "NodeImage",
            ["Compose", "ContainerImage", "Packages", "Treefile", "HostSystem", "OSTree", "RPM", "LibArchive"]),
        module("Deployment", ["HostSystem", "OSTree", "GLib"]),
        module(
            "DiskImage",
            ["CLinux", "Deployment", "Treefile", "HostSystem", "OSTree", "GLib", "Ext2fs", "Guestfs", "Zlib"]),
        module("LiveImage", ["Deployment", "HostSystem", "LibArchive", "Lzma"]),
        module("LiveBuild", ["LiveImage", "Compression", "Deployment", "DiskImage", "HostSystem", "LibArchive"]),
        module("VirtualMachine", ["Deployment", "LiveImage", "HostSystem", "Ext2fs"]),
        module(
            "TestRunner",
            [
                "VirtualMachine", "LiveImage", "Ignition", "ContainerImage", "OSTree", "GLib", "HostSystem", "Builds",
                yams, nioCore, nioPosix, nioHTTP,
            ]),
        module(
            "Pipeline",
            [
                "Builds", "Treefile", "Packages", "Compose", "ContainerImage", "NodeImage", "Deployment", "DiskImage",
                "LiveBuild", "Compression", "HostSystem", "OSTree", "RPM", "SBOM",
            ]),

        tool(
            "cosa",
            [
                "Pipeline", "Builds", "Compression", "ContainerImage", "DiskImage", "Ignition", "LiveImage",
                "TestRunner",
                "VirtualMachine", "HostSystem",
            ]),
        tool(
            "kola",
            ["TestRunner", "VirtualMachine", "Ignition", "Builds", "ContainerImage", "HostSystem"]),

        .target(
            name: "TestSupport", dependencies: ["CLinux", "HostSystem", system], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "BindingsTests",
            dependencies: [
                "GLib", "OSTree", "RPM", "Solv", "LibArchive", "Librepo", "Ext2fs", "SQLite", "Zlib",
                "HostSystem", "TestSupport", system,
            ], swiftSettings: strict),
        tests("HostSystem"),
        tests("Builds", ["HostSystem"]),
        tests("Compression", ["HostSystem"]),
        tests("SBOM"),
        tests("Treefile"),
        tests("Ignition", ["Zlib"]),
        tests("Packages", ["Treefile", "HostSystem"]),
        tests("Compose", ["Treefile", "Packages", "HostSystem", "OSTree", "RPM"]),
        tests("ContainerImage", ["HostSystem", "OSTree", "GLib", "LibArchive"]),
        tests("NodeImage", ["HostSystem", "OSTree", "LibArchive"]),
        tests("Deployment", ["HostSystem", "OSTree", "GLib"]),
        tests("DiskImage", ["Deployment", "HostSystem", "OSTree", "Treefile", "Zlib"]),
        tests("VirtualMachine", ["Ext2fs", "HostSystem", "LiveImage"]),
        tests("LiveImage", ["HostSystem"]),
        tests("LiveBuild", ["DiskImage", "HostSystem"]),
        tests("TestRunner", ["Builds", "HostSystem", "Ignition", "LiveImage", "VirtualMachine"]),
        tests("Pipeline", ["HostSystem", "Builds", "Compression", "ContainerImage", "Treefile"]),
        // Of the default OS's installer, which is scripts: ci/demo-repo.d/packages/demo-installer.
        .testTarget(
            name: "InstallerTests", dependencies: ["HostSystem", "TestSupport", system], swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "cosa", "kola", "TestRunner", "VirtualMachine", "Ignition", "HostSystem", "TestSupport", system,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["DiskImage", "Pipeline", "HostSystem", "Builds", "TestSupport", system, "cosa", "kola"],
            path: "Tests/Integration", swiftSettings: strict),
    ]
)
