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
        upstream: None,
        resolve,
        on_refused: Arc::new(move |host| heard.lock().expect("not poisoned").push(host.to_owned())),
    };
    let mut gate = Gate::open(passage, &[address.port()]).expect("sockets");
    gate._serving.spawn(async move { while serving.join_next().await.is_some() {} });
    (gate, refused)
}

/// Says something at a socket of the gate and hears everything until its end.
async fn ask(gate: &Gate, name: &str, words: &str) -> String {
    let path = if name == PROXY { gate.dir().join(PROXY) } else { gate.dir().join(name) };
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
    for nonsense in ["\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "CONNECT listed.test:x HTTP/1.1\r\n\r\n", "\u{0}\r\n\r\n"] {
        let answer = ask(&gate, PROXY, nonsense).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{nonsense:?}: {answer}");
    }
}

#[tokio::test]
async fn a_forwarded_port_leads_to_the_same_port_of_the_hosts_loopback() {
    let (gate, _) = stage().await;
    let ports: Vec<String> = std::fs::read_dir(gate.dir())
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
    let mut client = UnixStream::connect(gate.dir().join(PROXY)).await.expect("the gate listens");
    drop(gate);
    let mut heard = Vec::new();
    let _ = timeout(Duration::from_secs(10), client.read_to_end(&mut heard)).await.expect("the connection ends");
    assert!(heard.is_empty(), "nobody answers any more");
}
