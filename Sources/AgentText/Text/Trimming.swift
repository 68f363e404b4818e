extension StringProtocol where SubSequence == Substring {
  /// Without the characters at its ends that `isTrimmed` names.
  package func trimmed(_ isTrimmed: (Character) -> Bool) -> Substring {
    let start = drop(while: isTrimmed)
    return start.lastIndex { !isTrimmed($0) }.map { start[...$0] } ?? ""
  }

  /// Without spaces and tabs at its ends: what most configuration files call blanks.
  package var withoutBlanks: Substring { trimmed { $0 == " " || $0 == "\t" } }

  /// Without white space of any kind at its ends, line ends as well.
  package var withoutWhiteSpace: Substring { trimmed(\.isWhitespace) }
}
