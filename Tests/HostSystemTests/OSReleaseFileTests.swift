import HostSystem
import Testing

@Suite struct OSReleaseFileTests {
    @Test func valuesLoseTheirQuotes() {
        let file = OSReleaseFile(
            """
            # a comment
            ID=demo
            NAME="The \\"Demo\\" OS"
            VARIANT='A $b'
            EMPTY=
            no assignment
            URL=https://example.com/?a=b
            """)
        #expect(file["ID"] == "demo")
        #expect(file["NAME"] == "The \"Demo\" OS")
        #expect(file["VARIANT"] == "A $b")
        #expect(file["EMPTY"] == "")
        #expect(file["URL"] == "https://example.com/?a=b")
        #expect(file.values.count == 5)
    }
}
