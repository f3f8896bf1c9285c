import Testing

@testable import ContainerImage

@Suite struct ImageReferenceTests {
    @Test func partsOfAReference() throws {
        let digest = "sha256:" + String(repeating: "0", count: 64)
        let full = try ImageReference("docker://registry.example:5000/os/demo:stable@\(digest)")
        #expect(full.repository == "registry.example:5000/os/demo")
        #expect(full.tag == "stable")
        #expect(full.digest == digest)
        #expect(full.transport == "docker://registry.example:5000/os/demo:stable@\(digest)")
        let plain = try ImageReference("localhost:5000/demo")
        #expect(plain.tag == nil)
        #expect(plain.tagged("a").description == "localhost:5000/demo:a")
        #expect(full.pinned(digest).description == "registry.example:5000/os/demo@\(digest)")
    }

    @Test(arguments: [
        ("demo", "demo is no image reference: it must be HOST/PATH[:TAG], the path in lower case"),
        ("quay.io/Demo:1", "quay.io/Demo:1 is no image reference: it must be HOST/PATH[:TAG], the path in lower case"),
        (
            "quay.io/demo:a b",
            "quay.io/demo:a b is no image reference: \"a b\" cannot be a tag: letters, digits, dots, _ and - can"
        ),
        (
            "quay.io/demo@sha256:1",
            "quay.io/demo@sha256:1 is no image reference: sha256:1 is no digest: sha256: and 64 hex digits are expected"
        ),
        ("quay.io/a;b", "quay.io/a;b is no image reference: it must be HOST/PATH[:TAG], the path in lower case"),
    ])
    func whatIsNoReference(_ text: String, _ message: String) {
        let error = #expect(throws: ContainerImageError.self) { try ImageReference(text) }
        #expect(error?.description == message)
    }
}
