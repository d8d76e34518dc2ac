; The Windows installer: for one user, without administrator's rights. Made by build.py, which defines
; VERSION, VERSION_NUMBERS (four of them), PAYLOAD (the program folder), ICON, BANNER, FILES (what the uninstaller
; removes), SIZE (kB), OUTPUT and, where there is a certificate, SIGN (a command that signs the file it is given).
; Chats, settings and models lie in %LOCALAPPDATA%\chatapp: nothing here ever touches that folder.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
ManifestDPIAware true
ManifestSupportedOS all

!include MUI2.nsh
!include FileFunc.nsh
!include WinVer.nsh
!include LogicLib.nsh

Name "ChatApp"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\ChatApp"
InstallDirRegKey HKCU "Software\ChatApp" "InstallLocation"
RequestExecutionLevel user
BrandingText "ChatApp ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\ChatApp"
!define CLASSES "Software\Classes"
!define FILE_TYPE "ChatApp.gguf"
!define USER_DATA "$LOCALAPPDATA\chatapp"
!define ERROR_RUNNING 3
!define ERROR_OLD_VERSION 4
!define ERROR_WINDOWS 5

VIProductVersion "${VERSION_NUMBERS}"
VIFileVersion "${VERSION_NUMBERS}"
VIAddVersionKey /LANG=0 "ProductName" "ChatApp"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "ChatApp Setup"
VIAddVersionKey /LANG=0 "LegalCopyright" "The ChatApp authors, Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${BANNER}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_FINISHPAGE_RUN "$INSTDIR\chatapp.exe"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(KEPT)"

!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

; Windows' own language decides; English is for all others.
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Korean"

LangString PROGRAM ${LANG_ENGLISH} "ChatApp"
LangString PROGRAM ${LANG_KOREAN} "ChatApp"
LangString START_MENU ${LANG_ENGLISH} "Start menu entry"
LangString START_MENU ${LANG_KOREAN} "시작 메뉴에 추가"
LangString DESKTOP_LINK ${LANG_ENGLISH} "Desktop shortcut"
LangString DESKTOP_LINK ${LANG_KOREAN} "바탕 화면 바로 가기"
LangString FILE_TYPE_TITLE ${LANG_ENGLISH} "Open .gguf files with ChatApp"
LangString FILE_TYPE_TITLE ${LANG_KOREAN} ".gguf 파일을 ChatApp으로 열기"
LangString MODEL ${LANG_ENGLISH} "GGUF language model"
LangString MODEL ${LANG_KOREAN} "GGUF 언어 모델"
LangString COMMENT ${LANG_ENGLISH} "Chat with a local language model, and see inside it"
LangString COMMENT ${LANG_KOREAN} "내 컴퓨터의 언어 모델과 대화하고 그 속을 들여다봐요"
LangString RUNNING ${LANG_ENGLISH} "ChatApp is running. Close its window, then click Retry."
LangString RUNNING ${LANG_KOREAN} "ChatApp이 실행 중이에요. 창을 닫고 '다시 시도'를 누르세요."
LangString OLD_STAYS ${LANG_ENGLISH} "The version of ChatApp that is already here could not be removed. Uninstall it in Windows Settings, then start this file again. Your chats are kept."
LangString OLD_STAYS ${LANG_KOREAN} "이미 설치된 ChatApp을 지우지 못했어요. Windows 설정에서 제거한 뒤 이 파일을 다시 실행하세요. 대화는 그대로 남아요."
LangString WINDOWS ${LANG_ENGLISH} "ChatApp needs Windows 10 or newer."
LangString WINDOWS ${LANG_KOREAN} "ChatApp에는 Windows 10 이상이 필요해요."
LangString KEPT ${LANG_ENGLISH} "ChatApp will be removed. Your chats, settings and models are kept in ${USER_DATA}; delete that folder yourself if you no longer need it."
LangString KEPT ${LANG_KOREAN} "ChatApp을 제거해요. 대화와 설정, 모델은 ${USER_DATA} 폴더에 그대로 남아요. 더 필요 없으면 그 폴더를 직접 지우세요."

; Windows does not let a program that runs be opened for writing. Ends the installer where nobody can be asked.
!macro MustNotRun UN
Function ${UN}MustNotRun
  again:
  IfFileExists "$INSTDIR\chatapp.exe" 0 free
  ClearErrors
  FileOpen $0 "$INSTDIR\chatapp.exe" a
  IfErrors running
  FileClose $0
  Goto free
  running:
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDRETRY again
  SetErrorLevel ${ERROR_RUNNING}
  Quit
  free:
FunctionEnd
!macroend
!insertmacro MustNotRun ""
!insertmacro MustNotRun "un."

Section "$(PROGRAM)" SecProgram
  SectionIn RO
  Call MustNotRun
  ; An older version goes first, by its own list of files; `_?=` makes it work in place, so that we wait for it.
  ReadRegStr $1 HKCU "Software\ChatApp" "InstallLocation"
  ${If} $1 != ""
  ${AndIf} ${FileExists} "$1\uninstall.exe"
    Push $INSTDIR
    StrCpy $INSTDIR $1
    Call MustNotRun
    Pop $INSTDIR
    ExecWait '"$1\uninstall.exe" /S _?=$1' $0
    ${If} $0 != 0
      MessageBox MB_OK|MB_ICONSTOP "$(OLD_STAYS)" /SD IDOK
      SetErrorLevel ${ERROR_OLD_VERSION}
      Quit
    ${EndIf}
    Delete "$1\uninstall.exe"
    RMDir "$1"
  ${EndIf}
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\ChatApp" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "ChatApp"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\chatapp.exe,0"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The ChatApp authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "$(START_MENU)" SecStartMenu
  CreateShortcut "$SMPROGRAMS\ChatApp.lnk" "$INSTDIR\chatapp.exe" "" "$INSTDIR\chatapp.exe" 0 SW_SHOWNORMAL "" "$(COMMENT)"
SectionEnd

Section /o "$(DESKTOP_LINK)" SecDesktop
  CreateShortcut "$DESKTOP\ChatApp.lnk" "$INSTDIR\chatapp.exe" "" "$INSTDIR\chatapp.exe" 0 SW_SHOWNORMAL "" "$(COMMENT)"
SectionEnd

Section "$(FILE_TYPE_TITLE)" SecFileType
  WriteRegStr HKCU "${CLASSES}\${FILE_TYPE}" "" "$(MODEL)"
  WriteRegStr HKCU "${CLASSES}\${FILE_TYPE}\DefaultIcon" "" "$INSTDIR\chatapp.exe,0"
  WriteRegStr HKCU "${CLASSES}\${FILE_TYPE}\shell\open\command" "" '"$INSTDIR\chatapp.exe" "%1"'
  WriteRegStr HKCU "${CLASSES}\.gguf\OpenWithProgids" "${FILE_TYPE}" ""
  ; Another program that opens these files keeps them; ChatApp is then under "Open with".
  ReadRegStr $0 HKCU "${CLASSES}\.gguf" ""
  ${If} $0 == ""
    ReadRegStr $0 HKLM "${CLASSES}\.gguf" ""
  ${EndIf}
  ${If} $0 == ""
    WriteRegStr HKCU "${CLASSES}\.gguf" "" "${FILE_TYPE}"
  ${EndIf}
  ${RefreshShellIcons}
SectionEnd

Function .onInit
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(WINDOWS)" /SD IDOK
    SetErrorLevel ${ERROR_WINDOWS}
    Quit
  ${EndIf}
  ; An upgrade keeps what was chosen the first time.
  ReadRegStr $0 HKCU "Software\ChatApp" "InstallLocation"
  ${If} $0 != ""
    ${If} ${FileExists} "$DESKTOP\ChatApp.lnk"
      SectionSetFlags ${SecDesktop} ${SF_SELECTED}
    ${EndIf}
    ${IfNot} ${FileExists} "$SMPROGRAMS\ChatApp.lnk"
      SectionSetFlags ${SecStartMenu} 0
    ${EndIf}
    ReadRegStr $0 HKCU "${CLASSES}\${FILE_TYPE}" ""
    ${If} $0 == ""
      SectionSetFlags ${SecFileType} 0
    ${EndIf}
  ${EndIf}
FunctionEnd

Section "Uninstall"
  Call un.MustNotRun
  !include "${FILES}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\ChatApp.lnk"
  Delete "$DESKTOP\ChatApp.lnk"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "Software\ChatApp"
  DeleteRegKey HKCU "${CLASSES}\${FILE_TYPE}"
  DeleteRegValue HKCU "${CLASSES}\.gguf\OpenWithProgids" "${FILE_TYPE}"
  DeleteRegKey /ifempty HKCU "${CLASSES}\.gguf\OpenWithProgids"
  ReadRegStr $0 HKCU "${CLASSES}\.gguf" ""
  ${If} $0 == "${FILE_TYPE}"
    DeleteRegValue HKCU "${CLASSES}\.gguf" ""
  ${EndIf}
  DeleteRegKey /ifempty HKCU "${CLASSES}\.gguf"
  ${RefreshShellIcons}
SectionEnd
