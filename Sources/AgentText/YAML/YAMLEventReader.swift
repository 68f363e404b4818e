import CYAML

/// libyaml's event parser over bytes that the caller keeps alive; its memory is freed with the value.
struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeBufferPointer<UInt8>

  /// A parser at the start of a text without byte order mark.
  ///
  /// The pointer must not be that of an empty array: libyaml aborts on a null pointer.
  init(_ input: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
    self.input = input
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw YAMLError("out of memory", at: .start)
    }
    // Stated, lest libyaml takes the text for UTF-16.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; not to be called again after an error or the end of the stream.
  mutating func next() throws(YAMLError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    return YAMLEvent(kind: Self.kind(of: event), mark: SourceMark(event.start_mark))
  }

  private static func kind(of event: yaml_event_t) -> YAMLEvent.Kind {
    let data = event.data
    switch event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(text(data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT: return scalar(of: event)
    case YAML_SEQUENCE_START_EVENT: return .sequenceStart(anchor: text(data.sequence_start.anchor))
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_START_EVENT: return .mappingStart(anchor: text(data.mapping_start.anchor))
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    // YAML_STREAM_END_EVENT, and YAML_NO_EVENT, which libyaml gives only after that one.
    default: return .streamEnd
    }
  }

  private static func scalar(of event: yaml_event_t) -> YAMLEvent.Kind {
    let scalar = event.data.scalar
    let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    return .scalar(
      text: String(decoding: bytes, as: UTF8.self), plain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
      tag: text(scalar.tag), anchor: text(scalar.anchor))
  }

  private static func text(_ pointer: UnsafePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  /// What libyaml says about its failure.
  private func failure() -> YAMLError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
    if parser.pointee.error == YAML_READER_ERROR {
      let value = parser.pointee.problem_value
      let octet = value < 0 ? "" : " (0x\(String(value, radix: 16, uppercase: true)))"
      return YAMLError(problem + octet, at: mark(ofByte: parser.pointee.problem_offset))
    }
    let place = parser.pointee.problem_mark
    guard let byte = byte(ofCharacter: place.index) else {
      // At the end of the text libyaml names a line that is not there.
      let end = mark(ofByte: input.count)
      return YAMLError(problem + context(before: end.line - 1), at: end)
    }
    let hint = byte == UInt8(ascii: "\t") ? " (a tab)" : context(before: place.line)
    return YAMLError(problem + hint, at: SourceMark(place))
  }

  /// What libyaml was reading, if that began before a line (counted from 0).
  private func context(before line: Int) -> String {
    let began = parser.pointee.context_mark
    guard let context = parser.pointee.context, began.line < line else { return "" }
    return ", \(String(cString: context)) that begins on line \(began.line + 1)"
  }

  /// The first byte of a character; nil at the end of the text.
  private func byte(ofCharacter index: Int) -> UInt8? {
    var starts = input.lazy.filter { $0 & 0xC0 != 0x80 }.dropFirst(index).makeIterator()
    return starts.next()
  }

  /// The place of a byte; libyaml's reader knows only offsets.
  private func mark(ofByte offset: Int) -> SourceMark {
    var line = 1
    var column = 1
    var last: UInt8 = 0
    for byte in input.prefix(offset) {
      switch (last, byte) {
      case (UInt8(ascii: "\r"), UInt8(ascii: "\n")): break
      case (_, UInt8(ascii: "\r")), (_, UInt8(ascii: "\n")): (line, column) = (line + 1, 1)
      default: column += byte & 0xC0 == 0x80 ? 0 : 1
      }
      last = byte
    }
    return SourceMark(line: line, column: column)
  }
}

extension SourceMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}

/// An event of libyaml's parser, copied out of the C structure.
struct YAMLEvent {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(text: String, plain: Bool, tag: String?, anchor: String?)
    case sequenceStart(anchor: String?)
    case sequenceEnd
    case mappingStart(anchor: String?)
    case mappingEnd
  }

  let kind: Kind
  let mark: SourceMark
}
