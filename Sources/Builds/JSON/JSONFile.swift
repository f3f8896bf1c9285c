import HostSystem
import SystemPackage

/// JSON files of the working directory.
public enum JSONFile {
    /// The object in a file.
    ///
    /// - Throws: ``BuildsError`` naming the file and, for bad text, the line and column.
    public static func read(_ path: FilePath) throws -> JSONObject {
        let bytes: [UInt8]
        do {
            bytes = try FileContent.read(path)
        } catch let error as Errno {
            throw BuildsError("cannot read \(path): \(error)")
        }
        do {
            guard let object = try JSONValue(parsing: bytes).object else {
                throw BuildsError("\(path) holds no JSON object")
            }
            return object
        } catch let error as JSONSyntaxError {
            throw BuildsError("\(path), \(error)")
        }
    }

    /// The object in a file, or nil where there is no such file.
    static func readIfPresent(_ path: FilePath) throws -> JSONObject? {
        FileContent.exists(path) ? try read(path) : nil
    }

    /// Replaces a file by an object, atomically.
    ///
    /// - Throws: ``BuildsError`` naming the file.
    static func write(_ object: JSONObject, to path: FilePath) throws {
        do {
            try AtomicFile.write(Array(JSONValue.object(object).prettyPrinted.utf8), to: path)
        } catch let error as Errno {
            throw BuildsError("cannot write \(path): \(error)")
        }
    }
}
