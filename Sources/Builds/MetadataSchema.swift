/// The schema that other tools check `meta.json` with (coreos-assembler's `src/v1.json`), as far as it can be broken
/// from here: it is closed, so a key that it does not know makes those tools refuse the file.
enum MetadataSchema {
    /// The kind of a top-level value.
    enum Kind: Sendable {
        case string(atLeast: Int)
        case integer, number, boolean, array
        /// An object with these members required, all of them strings where they are known to be.
        case object(required: [String])

        static let text = Kind.string(atLeast: 1)
        static let checksum = Kind.string(atLeast: 64)
        static let anyString = Kind.string(atLeast: 0)
        static let image = Kind.object(required: ["image"])
        static let git = Kind.object(required: ["commit", "origin"])
    }

    static let required = ["buildid", "name", "ostree-commit", "ostree-timestamp", "ostree-version"]

    static let kinds: [String: Kind] = [
        "advisories-diff": .array, "aliyun": .array, "amis": .array, "aws-winli": .array,
        "azure": .object(required: ["url"]), "base-oscontainer": .image, "build-url": .text, "buildid": .text,
        "coreos-assembler.basearch": .text, "coreos-assembler.build-timestamp": .text,
        "coreos-assembler.code-source": .text, "coreos-assembler.config-dirty": .text,
        "coreos-assembler.config-gitrev": .text, "coreos-assembler.config-variant": .anyString,
        "coreos-assembler.container-config-git": .git, "coreos-assembler.container-image-git": .git,
        "coreos-assembler.delayed-meta-merge": .boolean, "coreos-assembler.image-config-checksum": .checksum,
        "coreos-assembler.image-genver": .integer, "coreos-assembler.image-input-checksum": .checksum,
        "coreos-assembler.meta-stamp": .number, "coreos-assembler.oci-imported": .boolean,
        "coreos-assembler.oci-imported-labels": .object(required: []), "coreos-assembler.overrides-active": .boolean,
        "coreos-assembler.yumrepos-git": .git, "extensions": .object(required: ["manifest"]),
        "extensions-container": .image, "fedora-coreos.parent-commit": .checksum,
        "fedora-coreos.parent-version": .string(atLeast: 12), "gcp": .object(required: ["image", "url"]),
        "ibmcloud": .array, "images": .object(required: ["ostree"]), "koji": .object(required: []),
        "kubevirt": .image, "name": .anyString, "oscontainer": .image, "ostree-commit": .checksum,
        "ostree-content-bytes-written": .integer, "ostree-content-checksum": .checksum,
        "ostree-n-cache-hits": .integer, "ostree-n-content-total": .integer, "ostree-n-content-written": .integer,
        "ostree-n-metadata-total": .integer, "ostree-n-metadata-written": .integer, "ostree-timestamp": .anyString,
        "ostree-version": .text, "parent-advisories-diff": .array, "parent-pkgdiff": .array, "pkgdiff": .array,
        "powervs": .array, "ref": .text, "release-payload": .image, "rpm-ostree-inputhash": .checksum,
        "s3": .object(required: []), "summary": .text,
    ]

    /// The entries of `images`. The schema leaves that object open; a name that is not listed here is taken for a typing
    /// error. `node` is ours.
    static let images: Set<String> = [
        "aliyun", "applehv", "aws", "azure", "azurestack", "dasd", "digitalocean", "exoscale", "extensions-container",
        "gcp", "hetzner", "hyperv", "ibmcloud", "ignition-gpg-key", "initramfs", "iso", "kernel", "kubevirt",
        "legacy-oscontainer", "live-initramfs", "live-iso", "live-kernel", "live-rootfs", "metal", "metal4k", "node",
        "nutanix", "nvidiabluefield", "oci-manifest", "openstack", "oraclecloud", "ostree", "powervs", "proxmoxve",
        "qemu",
        "qemu-secex", "virtualbox", "vmware", "vultr",
    ]

    /// What the schema has against an object, one line each, sorted; empty where it is valid.
    static func problems(in object: JSONObject) -> [String] {
        var problems = required.filter { object[$0] == nil }.map { "required key \"\($0)\" is missing" }
        for (key, value) in object.members {
            guard let kind = kinds[key] else {
                problems.append("key \"\(key)\" is not allowed")
                continue
            }
            if let expected = kind.mismatch(value) { problems.append("\"\(key)\" must be \(expected)") }
        }
        for (name, value) in object["images"]?.object?.members ?? [] {
            if !images.contains(name) { problems.append("image name \"\(name)\" is not known") }
            if value.object.flatMap(Artifact.init) == nil {
                problems.append("image \"\(name)\" must have the strings \"path\" and \"sha256\"")
            }
        }
        return problems.sorted()
    }
}

extension MetadataSchema.Kind {
    /// What a value should have been; nil where it is that.
    func mismatch(_ value: JSONValue) -> String? {
        switch (self, value) {
        case (.string(let least), .string(let text)):
            text.unicodeScalars.count >= least ? nil : "at least \(least) characters long"
        case (.string, _): "a string"
        case (.integer, _): value.integer == nil ? "a whole number" : nil
        case (.number, .number), (.boolean, .bool), (.array, .array): nil
        case (.number, _): "a number"
        case (.boolean, _): "true or false"
        case (.array, _): "a list"
        case (.object(let required), .object(let object)):
            required.filter { object[$0] == nil }.first.map { "an object with \"\($0)\"" }
        case (.object, _): "an object"
        }
    }
}
