use super::*;
use tokio::net::TcpListener;

/// A server on loopback that answers every connection with what it was sent, and a gate that finds it by a name.
async fn stage() -> (Gate, Arc<Mutex<Vec<String>>>) {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = server.local_addr().expect("it has one");
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((mut client, _)) = server.accept().await {
            let mut piece = [0; 4096];
            let count = client.read(&mut piece).await.unwrap_or_default();
            let _ = client.write_all(&[b"seen: ", &piece[..count]].concat()).await;
        }
    });
    let refused: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = refused.clone();
    let resolve: Resolve = Arc::new(move |_, _, _| Box::pin(async move { Ok(vec![address]) }));
    let passage = Passage {
        hosts: AllowedHosts::usual().with(["listed.test"]),
        upstream: Upstream::through("", ""),
        resolve,
        on_refused: Arc::new(move |host| heard.lock().expect("not poisoned").push(host.to_owned())),
        credentials: None,
    };
    let mut gate = Gate::open(passage, &[address.port()]).expect("sockets");
    gate._serving.spawn(async move { while serving.join_next().await.is_some() {} });
    (gate, refused)
}

/// Says something at a socket of the gate and hears everything until its end.
async fn ask(gate: &Gate, name: &str, words: &str) -> String {
    let path = gate.dir().expect("it has sockets").join(name);
    let mut client = UnixStream::connect(path).await.expect("the gate listens");
    client.write_all(words.as_bytes()).await.expect("it takes words");
    let mut heard = Vec::new();
    let _ = timeout(Duration::from_secs(10), client.read_to_end(&mut heard)).await.expect("it answers and ends");
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn a_listed_host_is_reached_and_its_request_arrives_as_it_would_without_a_proxy() {
    let (gate, refused) = stage().await;
    let request = "GET http://listed.test/a?b HTTP/1.1\r\nHost: listed.test\r\nProxy-Authorization: Basic x\r\n\r\n";
    let answer = ask(&gate, PROXY, request).await;
    assert_eq!(
        answer, "seen: GET /a?b HTTP/1.1\r\nHost: listed.test\r\nConnection: close\r\n\r\n",
        "the host sees its own path, and nothing that was meant for the proxy"
    );
    let tunnel = ask(&gate, PROXY, "CONNECT listed.test:443 HTTP/1.1\r\n\r\nhello").await;
    assert_eq!(tunnel, "HTTP/1.1 200 Connection established\r\n\r\nseen: hello", "a tunnel carries bytes as they are");
    assert!(refused.lock().expect("not poisoned").is_empty(), "nothing was refused");
}

#[tokio::test]
async fn what_is_not_listed_is_refused_with_the_reason_however_it_is_written() {
    let (gate, refused) = stage().await;
    for (request, host) in [
        ("CONNECT evil.test:443 HTTP/1.1\r\n\r\n", "evil.test"),
        ("CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n", "127.0.0.1"),
        ("CONNECT [::1]:443 HTTP/1.1\r\n\r\n", "[::1]"),
        ("CONNECT listed.test:22 HTTP/1.1\r\n\r\n", "listed.test"),
        ("GET http://listed.test@evil.test/ HTTP/1.1\r\n\r\n", "evil.test"),
        ("GET http://evil.test?listed.test/ HTTP/1.1\r\n\r\n", "evil.test"),
        ("GET http://169.254.169.254/latest HTTP/1.1\r\n\r\n", "169.254.169.254"),
    ] {
        let answer = ask(&gate, PROXY, request).await;
        assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("network.allow"), "{request:?}: {answer}");
        assert_eq!(refused.lock().expect("not poisoned").pop().as_deref(), Some(host), "{request:?}");
    }
    for nonsense in [
        "CONNECT listed.test:443 HTTP/1.1\nHost: evil.test\r\n\r\n",
        "GET http://listed.test/ HTTP/1.1\r\nA: b\n\nGET http://evil.test/ HTTP/1.1\r\n\r\n",
        "GET http://listed.test/ HTTP/1.1\r\nA: b\r\n Connection: keep-alive\r\n\r\n",
        "\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "CONNECT listed.test:x HTTP/1.1\r\n\r\n",
        "\u{0}\r\n\r\n",
    ] {
        let answer = ask(&gate, PROXY, nonsense).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{nonsense:?}: {answer}");
    }
}

#[tokio::test]
async fn a_forwarded_port_leads_to_the_same_port_of_the_hosts_loopback() {
    let (gate, _) = stage().await;
    let ports: Vec<String> = std::fs::read_dir(gate.dir().expect("it has sockets"))
        .expect("a directory")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name != PROXY)
        .collect();
    assert_eq!(ports.len(), 1, "one port was asked for");
    assert_eq!(ask(&gate, &ports[0], "hello").await, "seen: hello", "bytes go through as they are");
}

#[tokio::test]
async fn a_listed_name_that_leads_to_this_machine_is_not_followed() {
    for reach in [Reach::Public, Reach::Neighbours] {
        let found = addresses("localhost".into(), 443, reach).await;
        assert!(found.is_err(), "a name is only a name: {found:?}");
    }
}

#[tokio::test]
async fn dropping_the_gate_cuts_what_went_through_it() {
    let (gate, _) = stage().await;
    let mut client =
        UnixStream::connect(gate.dir().expect("it has sockets").join(PROXY)).await.expect("the gate listens");
    drop(gate);
    let mut heard = Vec::new();
    let _ = timeout(Duration::from_secs(10), client.read_to_end(&mut heard)).await.expect("the connection ends");
    assert!(heard.is_empty(), "nobody answers any more");
}

/// A company's proxy that answers every request with `answer` and then goes on repeating what it is told.
async fn companys_proxy(answer: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = server.local_addr().expect("it has one");
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let by = heard.clone();
    #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
    tokio::spawn(async move {
        while let Ok((mut client, _)) = server.accept().await {
            let mut piece = [0; 4096];
            let mut answer = answer.as_bytes();
            while let Ok(count @ 1..) = client.read(&mut piece).await {
                by.lock().expect("not poisoned").push(String::from_utf8_lossy(&piece[..count]).into_owned());
                let _ = client.write_all(answer).await;
                answer = b"more";
            }
        }
    });
    (address, heard)
}

/// A gate behind that proxy, and behind nothing for `direct.test`.
fn behind(proxy: &str) -> Gate {
    let passage = Passage {
        hosts: AllowedHosts::usual().with(["listed.test", "direct.test"]),
        upstream: Upstream::through(proxy, "direct.test"),
        resolve: Arc::new(|host, _, _| {
            Box::pin(async move { Err(io::Error::other(format!("{host} is asked itself"))) })
        }),
        on_refused: Arc::new(|_| {}),
        credentials: None,
    };
    Gate::open(passage, &[]).expect("sockets")
}

/// As [`ask`], for what stays open: hears until there is silence.
async fn begin(gate: &Gate, words: &[&str]) -> String {
    let mut client =
        UnixStream::connect(gate.dir().expect("it has sockets").join(PROXY)).await.expect("the gate listens");
    let mut heard = Vec::new();
    for words in words {
        let _ = client.write_all(words.as_bytes()).await;
        let mut piece = [0; 4096];
        while let Ok(Ok(count @ 1..)) = timeout(Duration::from_millis(300), client.read(&mut piece)).await {
            heard.extend(&piece[..count]);
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn a_companys_proxy_is_asked_with_the_persons_password_which_the_session_never_sees() {
    let (address, heard) = companys_proxy("HTTP/1.1 200 OK\r\n\r\n").await;
    let gate = behind(&format!("http://me:pa%73s@{address}"));
    let answer =
        begin(&gate, &["CONNECT listed.test:443 HTTP/1.1\r\nProxy-Authorization: Basic x\r\n\r\n", "hello"]).await;
    assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\nmore", "the tunnel is open");
    begin(&gate, &["GET http://listed.test/a HTTP/1.1\r\nConnection: keep-alive\r\nHost: evil.test\r\n\r\n"]).await;
    let heard = heard.lock().expect("not poisoned").clone();
    let expected = [
        "CONNECT listed.test:443 HTTP/1.1\r\nHost: listed.test:443\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n\r\n",
        "hello",
        "GET http://listed.test:80/a HTTP/1.1\r\nHost: listed.test\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n\
         Connection: close\r\n\r\n",
    ];
    assert_eq!(heard, expected, "in our own words: one request, to the host that was looked at");
    let direct = ask(&gate, PROXY, "CONNECT direct.test:443 HTTP/1.1\r\n\r\n").await;
    assert!(direct.contains("direct.test is asked itself"), "NO_PROXY counts: {direct}");
}

#[tokio::test]
async fn a_session_never_talks_to_a_companys_proxy_itself() {
    let (address, heard) = companys_proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let gate = behind(&format!("http://{address}"));
    let second = "CONNECT evil.test:443 HTTP/1.1\r\n\r\n";
    let answer = begin(&gate, &["CONNECT listed.test:443 HTTP/1.1\r\n\r\n", second]).await;
    assert!(answer.starts_with("HTTP/1.1 502") && answer.contains("407"), "the proxy's own words: {answer}");
    let heard = heard.lock().expect("not poisoned").join("");
    assert!(!heard.contains("evil.test"), "the proxy would have led there: {heard}");
}

#[tokio::test]
async fn a_proxy_that_is_not_spoken_here_is_not_gone_around() {
    for proxy in ["socks5://proxy.test:1080", "https://proxy.test:443"] {
        let answer = ask(&behind(proxy), PROXY, "CONNECT listed.test:443 HTTP/1.1\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 502") && answer.contains("http://"), "{proxy}: {answer}");
    }
}

#[tokio::test]
async fn a_gate_on_a_port_lets_in_only_who_knows_its_password() {
    let passage = Passage {
        hosts: AllowedHosts::usual(),
        upstream: Upstream::through("", ""),
        resolve: Arc::new(|_, _, _| Box::pin(async { Err(io::Error::other("found nowhere")) })),
        on_refused: Arc::new(|_| {}),
        credentials: None,
    };
    let gate = Gate::on_loopback(passage).expect("a port");
    let known = upstream::credentials(&gate.proxy()).expect("the address carries it");
    let ask = async |header: &str| {
        let mut client =
            TcpStream::connect(("127.0.0.1", gate.port().expect("it has one"))).await.expect("the gate listens");
        let words = format!("CONNECT pypi.org:443 HTTP/1.1\r\n{header}\r\n");
        client.write_all(words.as_bytes()).await.expect("it takes words");
        let mut heard = Vec::new();
        let _ = timeout(Duration::from_secs(10), client.read_to_end(&mut heard)).await.expect("it answers and ends");
        String::from_utf8_lossy(&heard).into_owned()
    };
    for header in ["", "Proxy-Authorization: Basic eDp5\r\n", "Proxy-Authorization: \r\n"] {
        let answer = ask(header).await;
        assert!(answer.starts_with("HTTP/1.1 407"), "{header:?} is anybody on this machine: {answer}");
    }
    let answer = ask(&format!("Proxy-Authorization: {known}\r\n")).await;
    assert!(answer.contains("found nowhere"), "the session itself is let in: {answer}");
}
