//! Starts a session's program with a restricted token: without the administrators' group and without privileges, at the
//! integrity of ordinary programs.
//!
//! The launcher is this very program. It stays, in the same job, until the session's program ends, and ends as that did.
//! It lends its own standard handles and its environment, and has nothing else that could be inherited.
#![allow(
    unsafe_code,
    reason = "the Windows API takes handles, structures with their size and untyped buffers; each call says why it holds"
)]

use crate::os::command_line::line;
use std::{
    ffi::{OsStr, OsString, c_void},
    io::{self, Write as _},
    iter::once,
    mem,
    os::windows::ffi::OsStrExt,
    ptr,
};
use windows_sys::Win32::{
    Foundation::{CloseHandle, HANDLE, LocalFree},
    Security::{
        Authorization::{ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1},
        CreateRestrictedToken, CreateWellKnownSid, DISABLE_MAX_PRIVILEGE, GetSecurityDescriptorDacl,
        GetSidSubAuthority, GetSidSubAuthorityCount, GetTokenInformation, LUA_TOKEN, PSECURITY_DESCRIPTOR,
        SECURITY_MAX_SID_SIZE, SID_AND_ATTRIBUTES, SetTokenInformation, TOKEN_ADJUST_DEFAULT, TOKEN_ASSIGN_PRIMARY,
        TOKEN_DEFAULT_DACL, TOKEN_DUPLICATE, TOKEN_INFORMATION_CLASS, TOKEN_MANDATORY_LABEL, TOKEN_OWNER, TOKEN_QUERY,
        TOKEN_USER, TokenDefaultDacl, TokenIntegrityLevel, TokenOwner, TokenUser, WinMediumLabelSid,
    },
    System::{
        Console::{GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE},
        SystemServices::{SE_GROUP_INTEGRITY, SECURITY_MANDATORY_MEDIUM_RID},
        Threading::{
            CREATE_NO_WINDOW, CreateProcessAsUserW, GetCurrentProcess, GetExitCodeProcess, INFINITE, OpenProcessToken,
            PROCESS_INFORMATION, STARTF_USESTDHANDLES, STARTUPINFOW, WaitForSingleObject,
        },
    },
};

/// The exit code of a launcher that could not do what it was told; shells use it for a command that cannot be run.
const FAILED: i32 = 126;

/// Who may use what the session's program makes and gives no rights of its own: whoever made it, and the system. The usual
/// list of an elevated process names the administrators instead, to whom it no longer belongs.
const DEFAULT_RIGHTS: &str = "D:(A;;GA;;;OW)(A;;GA;;;SY)";

/// A handle that is closed once.
struct Owned(HANDLE);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the handle was opened by us and is closed nowhere else.
        unsafe { CloseHandle(self.0) };
    }
}

/// Starts the command, waits for its end and gives its exit code. What cannot be restricted is not started.
pub(super) fn serve(command: &[OsString]) -> i32 {
    run(command).unwrap_or_else(|error| {
        // Whoever started it reads why it did not start.
        let _ = writeln!(io::stderr(), "the program could not be started with fewer rights: {error}");
        FAILED
    })
}

fn run(command: &[OsString]) -> io::Result<i32> {
    let program = command.first().ok_or_else(|| io::Error::other("no program is named"))?;
    let token = fewer_rights()?;
    let words: Vec<Vec<u16>> = command.iter().map(|word| word.encode_wide().collect()).collect();
    if words.iter().any(|word| word.contains(&0)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (program, mut line) = (wide(program), line(&words));
    line.push(0);
    // SAFETY: both structures are plain numbers and pointers that may be null.
    let (mut start, mut made): (STARTUPINFOW, PROCESS_INFORMATION) = unsafe { mem::zeroed() };
    start.cb = size_of_val(&start) as u32;
    start.dwFlags = STARTF_USESTDHANDLES;
    // SAFETY: takes a number each; what it gives stays the process's own.
    (start.hStdInput, start.hStdOutput, start.hStdError) =
        unsafe { (GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE), GetStdHandle(STD_ERROR_HANDLE)) };
    // SAFETY: the token is open; both texts end with zero and the line is ours to be written to; null stands for this
    // process's environment and directory; the structures live until the call is over.
    let is_started = unsafe {
        CreateProcessAsUserW(
            token.0,
            program.as_ptr(),
            line.as_mut_ptr(),
            ptr::null(),
            ptr::null(),
            1,
            CREATE_NO_WINDOW,
            ptr::null(),
            ptr::null(),
            &start,
            &mut made,
        )
    };
    if is_started == 0 {
        return Err(io::Error::last_os_error());
    }
    let (process, _thread) = (Owned(made.hProcess), Owned(made.hThread));
    let mut code = 0;
    // SAFETY: the process is open and `code` is ours.
    let is_known = unsafe {
        WaitForSingleObject(process.0, INFINITE);
        GetExitCodeProcess(process.0, &mut code)
    };
    // Codes are 32 bits on both sides; which of them are below zero is a matter of reading.
    if is_known == 0 { Err(io::Error::last_os_error()) } else { Ok(code.cast_signed()) }
}

/// This process's token without what an ordinary program of this person would not have.
fn fewer_rights() -> io::Result<Owned> {
    const ACCESS: u32 = TOKEN_ASSIGN_PRIMARY | TOKEN_DUPLICATE | TOKEN_QUERY | TOKEN_ADJUST_DEFAULT;
    let (mut own, mut fewer) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the constant that stands for this process needs no closing, and `own` is ours.
    check(unsafe { OpenProcessToken(GetCurrentProcess(), ACCESS, &mut own) })?;
    let own = Owned(own);
    // SAFETY: the token is open, the three lists are empty, and `fewer` is ours.
    check(unsafe {
        CreateRestrictedToken(
            own.0,
            DISABLE_MAX_PRIVILEGE | LUA_TOKEN,
            0,
            ptr::null(),
            0,
            ptr::null(),
            0,
            ptr::null(),
            &mut fewer,
        )
    })?;
    let fewer = Owned(fewer);
    lower_integrity(&fewer)?;
    own_what_it_makes(&fewer)?;
    Ok(fewer)
}

/// An elevated process has a high one, with which it could write to what ordinary programs may not.
fn lower_integrity(token: &Owned) -> io::Result<()> {
    let label = read(token, TokenIntegrityLevel)?;
    // SAFETY: the buffer holds this structure, as the class says, and is aligned for it; its identifier lies in the buffer
    // and has at least one part.
    let level = unsafe {
        let sid = (*label.as_ptr().cast::<TOKEN_MANDATORY_LABEL>()).Label.Sid;
        *GetSidSubAuthority(sid, u32::from(*GetSidSubAuthorityCount(sid)).saturating_sub(1))
    };
    if level <= SECURITY_MANDATORY_MEDIUM_RID as u32 {
        return Ok(());
    }
    // Of numbers that are as wide as an identifier has to be aligned.
    let mut sid = [0_u32; (SECURITY_MAX_SID_SIZE as usize).div_ceil(4)];
    let mut length = SECURITY_MAX_SID_SIZE;
    // SAFETY: the buffer is as long as it is said to be, and no domain is asked for.
    check(unsafe { CreateWellKnownSid(WinMediumLabelSid, ptr::null_mut(), sid.as_mut_ptr().cast(), &mut length) })?;
    let attributes = SE_GROUP_INTEGRITY as u32;
    let label =
        TOKEN_MANDATORY_LABEL { Label: SID_AND_ATTRIBUTES { Sid: sid.as_mut_ptr().cast(), Attributes: attributes } };
    set(token, TokenIntegrityLevel, &label)
}

/// What the program makes is the person's: an elevated process makes things for the administrators, to whom it no longer
/// belongs, and could not open them again.
fn own_what_it_makes(token: &Owned) -> io::Result<()> {
    let user = read(token, TokenUser)?;
    // SAFETY: the buffer holds this structure, as the class says, and is aligned for it; it outlives the copy of the
    // pointer into it.
    let owner = TOKEN_OWNER { Owner: unsafe { (*user.as_ptr().cast::<TOKEN_USER>()).User.Sid } };
    set(token, TokenOwner, &owner)?;
    let text = wide(OsStr::new(DEFAULT_RIGHTS));
    let mut rights: PSECURITY_DESCRIPTOR = ptr::null_mut();
    // SAFETY: the text ends with zero, and `rights` is ours; nobody asks for its length.
    check(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &mut rights,
            ptr::null_mut(),
        )
    })?;
    let (mut is_there, mut is_default, mut list) = (0, 0, ptr::null_mut());
    // SAFETY: the descriptor was made by the call above; what `list` points to lies in it.
    let found = check(unsafe { GetSecurityDescriptorDacl(rights, &mut is_there, &mut list, &mut is_default) });
    let done = found.and_then(|()| set(token, TokenDefaultDacl, &TOKEN_DEFAULT_DACL { DefaultDacl: list }));
    // SAFETY: the call that made it gives it to whoever called, to be freed so.
    unsafe { LocalFree(rights) };
    done
}

/// What the system knows of a token, in memory that is aligned for every structure of its kind.
fn read(token: &Owned, class: TOKEN_INFORMATION_CLASS) -> io::Result<Vec<u64>> {
    let mut length = 0;
    // SAFETY: without a buffer it only says how long one has to be.
    unsafe { GetTokenInformation(token.0, class, ptr::null_mut(), 0, &mut length) };
    let mut buffer = vec![0_u64; (length as usize).div_ceil(8).max(1)];
    let room = (buffer.len() * 8) as u32;
    // SAFETY: the buffer is as long as it is said to be.
    check(unsafe { GetTokenInformation(token.0, class, buffer.as_mut_ptr().cast(), room, &mut length) })?;
    Ok(buffer)
}

fn set<T>(token: &Owned, class: TOKEN_INFORMATION_CLASS, value: &T) -> io::Result<()> {
    // SAFETY: the buffer is one structure of the size that is given; what it points to lives until the call is over.
    check(unsafe { SetTokenInformation(token.0, class, ptr::from_ref(value).cast::<c_void>(), size_of::<T>() as u32) })
}

fn check(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain(once(0)).collect()
}
